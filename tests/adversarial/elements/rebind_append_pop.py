opts = [optimizer, optimizer2]
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[0].step()
    opts[0].zero_grad()
    opts.append(opts.pop(0))
