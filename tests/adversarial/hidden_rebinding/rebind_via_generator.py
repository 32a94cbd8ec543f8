class S:
    pass
s = S()
s.opt = optimizer
def gen():
    while True:
        s.opt = optimizer2
        yield
        s.opt = optimizer
        yield
g = gen()
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    s.opt.step()
    s.opt.zero_grad()
    next(g)
