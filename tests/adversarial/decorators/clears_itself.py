import functools


def clearing(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        optimizer.zero_grad()
        result = function(*args, **kwargs)
        return result

    return inner


@clearing
def gradients(x, y):
    loss_fn(model(x), y).backward()


for x, y in loader:
    gradients(x, y)
    optimizer.step()
    optimizer.zero_grad()
