o1, o2 = optimizer, optimizer2
cur = o1
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    cur.step()
    cur.zero_grad()
    match (o2 if i % 2 == 0 else o1):
        case cur:
            pass
