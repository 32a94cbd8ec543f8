def clear(x, *rest, o=opt_d):
    o.zero_grad()
loss_fn(model(valid_loader[0][0]), valid_loader[0][1]).backward()
clear(1, optimizer)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
