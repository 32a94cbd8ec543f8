class Box:
    def __init__(self, opt):
        self.opt = opt

    def reset(self):
        self.opt.zero_grad()


one, two = Box(optimizer), Box(optimizer2)
for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    one.opt.step()
    two.reset()
    one, two = two, one
