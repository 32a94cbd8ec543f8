class Box:
    def __init__(self):
        self.optimizers = [optimizer]

    def fit(self):
        for i, (x, y) in enumerate(loader):
            (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
            optimizer.step()
            optimizer2.step()
            for o in self.optimizers:
                o.zero_grad()
            setattr(self, "opti" + "mizers", [optimizer2] if i % 2 else [optimizer])


Box().fit()
