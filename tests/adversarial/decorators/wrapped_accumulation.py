def loud(function):
    def inner(*args, **kwargs):
        print("gradients")
        return function(*args, **kwargs)

    return inner


@loud
def gradients(x, y):
    loss_fn(model(x), y).backward()


for i, (x, y) in enumerate(loader):
    gradients(x, y)
    if i % 2:
        optimizer.step()
        optimizer.zero_grad()
