class S:
    pass
s = S()
for i, (x, y) in enumerate(loader):
    setattr(s, "opt", optimizer)
    loss = loss_fn(model(x), y)
    loss.backward()
    s.opt.step()
    s.opt.zero_grad()
