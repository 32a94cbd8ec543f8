class Hooks:
    pass


hooks = Hooks()
hooks.after = optimizer.step
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    (other,) = [hooks]
    other.after()
