registry = []


def registered(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    registry.append(inner)
    return inner


@registered
def look():
    log([p.grad for p in model.parameters()])


for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
    for one in registry:
        one()
