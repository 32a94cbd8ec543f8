class T:
    def after(self):
        pass
    def after(self):
        log(model.body.weight.grad)
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            self.after()
t = T()
t.fit()
optimizer.zero_grad()
