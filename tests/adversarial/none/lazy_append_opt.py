opts = []
for i, (x, y) in enumerate(loader):
    if i == 0:
        opts.append(optimizer)
    loss = loss_fn(model(x), y)
    loss.backward()
    opts[0].step()
    opts[0].zero_grad()
