import lib
class C:
    net = model
    other = net
for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        monitor(C.other)
