if loader:
    from lib import print_gradients as show
else:
    from json import dumps as show
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    show(model)
