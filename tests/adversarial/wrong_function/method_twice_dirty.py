class T:
    def prime(self):
        pass
    def prime(self):
        loss_fn(model(valid_loader[0][0]), valid_loader[0][1]).backward()
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
t = T()
t.prime()
t.fit()
