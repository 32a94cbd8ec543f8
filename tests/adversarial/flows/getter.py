from lib import print_gradients as show
def make():
    def inner():
        return model
    return inner
get = make()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    m = get()
    show(m)
