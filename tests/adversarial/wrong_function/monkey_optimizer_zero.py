calls = []
orig = optimizer.zero_grad
def zg(*a, **k):
    calls.append(1)
    if len(calls) % 2 == 0:
        orig()
optimizer.zero_grad = zg
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
