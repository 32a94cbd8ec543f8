# drive: t0.fit(); t2.fit()
class Trainer:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer
    def fit(self):
        for x, y in loader:
            loss = loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
t0 = Trainer(generator, optimizer)
t2 = Trainer(generator, opt_g)
