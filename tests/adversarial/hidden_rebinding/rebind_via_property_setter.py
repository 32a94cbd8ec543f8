class S:
    def __init__(self):
        self.opt = optimizer
    @property
    def flip(self):
        self.opt = optimizer2
s = S()
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    s.opt.step()
    s.opt.zero_grad()
    s.flip
