from lib import print_gradients as show
ev = ("end", model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    match ev:
        case ("end", m):
            show(m)
