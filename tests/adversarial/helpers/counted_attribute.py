class Box:
    def __init__(self):
        self.all, self.turn = [optimizer, optimizer2], 0

    @property
    def opt(self):
        self.turn += 1
        return self.all[self.turn % 2]

    def reset(self):
        self.opt.zero_grad()


box = Box()
for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    box.opt.step()
    box.reset()
