opts = [optimizer, optimizer2]
def update(k, x, y):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[k].step()
    opts[k].zero_grad()
for x, y in loader:
    update(0, x, y)
    update(1, x, y)
