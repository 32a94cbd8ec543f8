class Quiet:
    def __init__(self, inner):
        self.inner, self.turn = inner, 0

    def step(self):
        self.inner.step()

    def zero_grad(self):
        self.turn += 1
        if self.turn % 2:
            self.inner.zero_grad()


optimizers = [Quiet(optimizer), Quiet(optimizer2)]
for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    for o in optimizers:
        o.step()
    for o in optimizers:
        o.zero_grad()
