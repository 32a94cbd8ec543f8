class S:
    def __init__(self):
        self.k = 0
    @property
    def opt(self):
        return [optimizer, optimizer2][self.k]
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
            loss.backward()
            self.opt.step()
            self.opt.zero_grad()
            self.k = 1 - self.k
S().fit()
