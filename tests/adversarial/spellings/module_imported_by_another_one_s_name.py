try:
    import lib as json
except ImportError:
    import json
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    json.print_gradients(model)
