class S:
    k = 0
    @property
    def opt(self):
        return [optimizer, optimizer2][self.k]
s = S()
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    s.opt.step()
    s.opt.zero_grad()
    s.k = 1 - s.k
