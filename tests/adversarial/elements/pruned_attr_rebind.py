class H:
    pass
h = H()
h.opt, h.other = optimizer, optimizer2
def swap(t):
    t.opt, t.other = t.other, t.opt
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    h.opt.step()
    h.opt.zero_grad()
    swap(h)
