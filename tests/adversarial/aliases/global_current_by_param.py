opts = {0: optimizer, 1: optimizer2}
def pick(k):
    global current
    current = opts[k]
for i, (x, y) in enumerate(loader):
    j = i % 2
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    pick(j)
    current.step()
    current.zero_grad()
