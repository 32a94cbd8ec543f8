class T:
    def prime(self):
        pass
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
def dirty(self):
    loss_fn(model(valid_loader[0][0]), valid_loader[0][1]).backward()
T.prime = dirty
t = T()
t.prime()
t.fit()
