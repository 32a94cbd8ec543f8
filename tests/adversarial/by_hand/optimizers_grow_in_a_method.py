class Trainer:
    def __init__(self, first):
        self.optimizers = [first]

    def grow(self, other):
        self.optimizers += [other]

    def fit(self, batches):
        for i, (x, y) in enumerate(batches):
            (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
            optimizer.step()
            optimizer2.step()
            for o in self.optimizers:
                o.zero_grad()
            if i == 2:
                self.grow(optimizer2)


Trainer(optimizer).fit(loader)
