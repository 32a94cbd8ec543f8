opts = [optimizer, optimizer2, optimizer]
i = 0
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    opts[0].step()
    opts[0].zero_grad()
    i += 1
    opts[2 - 2] = opts[i % 2]
