class T:
    def fit(self):
        loss_fn(model(valid_loader[0][0]), valid_loader[0][1]).backward()
    train = fit
t = T()
t.train()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
