class Base:
    def __init__(self, opt):
        self.opt = opt

    def reset(self):
        self.opt.zero_grad()

    def fit(self):
        for x, y in loader:
            loss_fn(model(x), y).backward()
            self.opt.step()
            self.reset()


class Sub(Base):
    def reset(self):
        log([p.grad for p in model.parameters()])


Sub(optimizer).fit()
