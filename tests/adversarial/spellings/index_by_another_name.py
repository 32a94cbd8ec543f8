opts = [optimizer, optimizer2]

def update(k, x, y):
    k_too = k
    x_too = x
    y_too = y
    loss = loss_fn(model(x_too), y_too) + loss_fn(model2(x_too), y_too)
    loss.backward()
    opts[k_too].step()
    opts[k_too].zero_grad()
for i, (x, y) in enumerate(loader):
    j = i % 2
    update(j, x, y)
