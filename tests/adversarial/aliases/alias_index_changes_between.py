opts = [optimizer, optimizer2]
i = 0
for x, y in loader:
    opt = opts[i]
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opt.step()
    i = 1 - i
    opt.zero_grad()
