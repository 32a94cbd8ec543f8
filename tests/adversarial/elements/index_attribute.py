class T:
    def __init__(self):
        self.opts = [optimizer, optimizer2]
        self.k = 0
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
            loss.backward()
            self.opts[self.k].step()
            self.opts[self.k].zero_grad()
            self.k = 1 - self.k
T().fit()
