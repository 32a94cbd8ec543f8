class H:
    pass
h = H()
h.opt = optimizer
def get():
    return h
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    h.opt.step()
    h.opt.zero_grad()
    get().opt = optimizer2
