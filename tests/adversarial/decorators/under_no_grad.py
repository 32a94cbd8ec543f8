import functools


def quiet(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        import torch

        with torch.no_grad():
            return function(*args, **kwargs)

    return inner


@quiet
def gradients(x, y):
    loss_fn(model(x), y).backward()


for x, y in loader:
    gradients(x, y)
    optimizer.step()
    optimizer.zero_grad()
