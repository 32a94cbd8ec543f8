REG = []
def reg(fn):
    REG.append(fn)
    return fn
@reg
def look():
    log(model.body.weight.grad)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    for f in REG:
        f()
optimizer.zero_grad()
