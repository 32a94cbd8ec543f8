# drive: outer.look()


class Trainer:
    def __init__(self, optimizer):
        self.optimizer = optimizer

    def fit(self):
        self.optimizer.step()


class Outer:
    def __init__(self, inner):
        self.inner = inner

    def look(self):
        self.inner.fit()


x, y = next(iter(loader))
trainer = Trainer(optimizer)
outer = Outer(trainer)
loss_fn(model(x), y).backward()
trainer.fit()
loss_fn(model(x), y).backward()
optimizer.zero_grad()
