class T:
    def __init__(self):
        self.opts = [optimizer, optimizer2]
    def update(self, k, x, y):
        loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
        loss.backward()
        self.opts[k].step()
        self.opts[k].zero_grad()
t = T()
for i, (x, y) in enumerate(loader):
    j = i % 2
    t.update(j, x, y)
