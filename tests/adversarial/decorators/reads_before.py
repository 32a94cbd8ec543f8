import functools


def watched(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        log([p.grad for p in model.parameters()])
        return function(*args, **kwargs)

    return inner


@watched
def gradients(x, y):
    loss_fn(model(x), y).backward()


for x, y in loader:
    gradients(x, y)
    optimizer.step()
    optimizer.zero_grad()
