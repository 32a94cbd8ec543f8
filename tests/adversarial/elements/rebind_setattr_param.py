class S:
    pass
s = S()
s.opt = optimizer
def put(t, n, v):
    setattr(t, n, v)
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    s.opt.step()
    s.opt.zero_grad()
    put(s, "opt", optimizer2)
