class D:
    def __repr__(self):
        return str(model.body.weight.grad is None)
d = D()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"{d}")
optimizer.zero_grad()
