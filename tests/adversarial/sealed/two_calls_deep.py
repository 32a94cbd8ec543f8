# drive: run()
def one(x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    log(model.body.weight.grad)


def two(x, y):
    one(x, y)


def run():
    for x, y in loader:
        two(x, y)
