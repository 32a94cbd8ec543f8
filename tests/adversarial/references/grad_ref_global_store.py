saved = None
def keep(g):
    global saved
    saved = g
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    keep(model.body.weight.grad)
    optimizer.zero_grad(set_to_none=False)
    log(saved)
