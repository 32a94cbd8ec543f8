import lib
from lib import print_gradients as show
def get():
    q = model
    return q
def get2():
    return get
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    show(get2()())
