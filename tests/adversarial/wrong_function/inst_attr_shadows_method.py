class T:
    def __init__(self):
        self.after = look
    def after(self):
        pass
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            self.after()
def look():
    log(model.body.weight.grad)
T().fit()
optimizer.zero_grad()
