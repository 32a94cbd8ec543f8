class S:
    n = 0
    @property
    def opt(self):
        self.n += 1
        return [optimizer, optimizer2][self.n % 2]
s = S()
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    s.opt.step()
    s.opt.zero_grad()
