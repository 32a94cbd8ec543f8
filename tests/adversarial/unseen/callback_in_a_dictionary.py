import lib
class Callback:
    def on_batch_end(self):
        lib.print_gradients(model)
callbacks = {"a": Callback()}
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    for c in callbacks.values():
        c.on_batch_end()
