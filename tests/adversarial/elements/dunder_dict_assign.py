class H:
    pass
h = H()
h.opt = optimizer
cur, other = optimizer, optimizer2
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    h.opt.step()
    h.opt.zero_grad()
    h.__dict__["opt"] = other
