# drive: [update(i % 2, x, y) for i, (x, y) in enumerate(loader)]
opts = [optimizer, optimizer2]
def update(k, x, y):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[k].step()
    opts[k].zero_grad()
