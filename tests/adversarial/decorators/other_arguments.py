import functools


def swapped(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        args = loader[0]
        return function(*args, **kwargs)

    return inner


@swapped
def gradients(x, y):
    loss_fn(model(x), y).backward()


for x, y in loader:
    gradients(x, y)
    optimizer.step()
    optimizer.zero_grad()
