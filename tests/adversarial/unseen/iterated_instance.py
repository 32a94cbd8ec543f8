import lib
class D:
    def __iter__(self):
        for b in loader:
            yield b
            lib.print_gradients(model)
for x, y in D():
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
