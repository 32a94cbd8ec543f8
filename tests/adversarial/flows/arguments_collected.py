from lib import print_gradients as show
def pick(*xs):
    return xs[2]
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    q = pick(1, 2, model)
    show(q)
