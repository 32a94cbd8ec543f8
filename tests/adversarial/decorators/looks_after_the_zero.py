def loud(function):
    def inner(*args, **kwargs):
        result = function(*args, **kwargs)
        print("done")
        return result

    return inner


@loud
def look():
    log([p.grad for p in model.parameters()])


for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
    look()
