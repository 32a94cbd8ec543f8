opts = [optimizer, optimizer2]
def update(k, x, y):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[k].step()
    opts[k].zero_grad()
for i, (x, y) in enumerate(loader):
    j = i % 2
    update(j, x, y)
