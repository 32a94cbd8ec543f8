import lib
handlers = []
def report():
    lib.print_gradients(model)
handlers.append(report)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    for h in handlers:
        h()
