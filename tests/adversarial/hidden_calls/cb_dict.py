def look():
    log(model.body.weight.grad)
ACTIONS = {"look": look}
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    ACTIONS["look"]()
optimizer.zero_grad()
