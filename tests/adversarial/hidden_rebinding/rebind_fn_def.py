for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    def pick():
        global optimizer
        optimizer = optimizer2
    pick()
