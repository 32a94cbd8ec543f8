# drive: for x, y in loader: fit(x, y); show(optimizer2)
def show(optimizer):
    optimizer.zero_grad()
    for p in model.parameters():
        print(p.grad)
def fit(x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    opts[0].step()
    opts[0].zero_grad()
opts = [optimizer, optimizer2]
