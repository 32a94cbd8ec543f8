class D:
    def __len__(self): return 7
    def __getitem__(self, i):
        log(model.body.weight.grad)
        return loader[i]
d = D()
for i in range(7):
    x, y = d[i]
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
d[0]
optimizer.zero_grad()
