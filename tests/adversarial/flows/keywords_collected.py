from lib import print_gradients as show
def pick(**kw):
    return kw["m"]
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    q = pick(m=model)
    show(q)
