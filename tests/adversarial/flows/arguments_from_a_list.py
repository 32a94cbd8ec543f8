from lib import print_gradients as show
def pick(a, b):
    return b
things = [1, model]
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    q = pick(*things)
    show(q)
