from lib import print_gradients as show
def pick(a):
    out = {}
    out["k"] = a
    return out
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    r = pick(model)
    show(r["k"])
