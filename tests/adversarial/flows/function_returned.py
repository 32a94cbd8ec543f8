import lib
from lib import print_gradients as show
def get(flag=True):
    if flag:
        return 1
    return model
def nested():
    def inner():
        return model
    return inner
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    show(nested()())
