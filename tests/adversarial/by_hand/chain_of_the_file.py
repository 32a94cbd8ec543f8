def chain(*parts):
    for part in parts:
        for one in part:
            log(one.grad)
            yield one


for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    optimizer2.step()
    for p in chain(model.parameters(), model2.parameters()):
        p.grad = None
