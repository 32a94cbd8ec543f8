import lib
def batches():
    for b in loader:
        yield b
        lib.print_gradients(model)
for x, y in batches():
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
