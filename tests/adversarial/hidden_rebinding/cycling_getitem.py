class S:
    n = 0
    def __getitem__(self, i):
        self.n += 1
        return [optimizer, optimizer2, optimizer2][self.n % 3]
s = S()
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    s[0].step()
    s[0].zero_grad()
