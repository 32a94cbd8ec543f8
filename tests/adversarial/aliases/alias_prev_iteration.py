opts = [optimizer, optimizer2]
have = False
for i, (x, y) in enumerate(loader):
    k = i % 2
    if have:
        prev.zero_grad()
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[k].step()
    opts[k].zero_grad()
    prev = opts[k]
    have = True
