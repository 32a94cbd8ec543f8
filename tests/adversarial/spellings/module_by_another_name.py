import functools
made_1 = functools
look = made_1.partial(monitor, model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    made_2 = loss
    made_2.backward()
    made_3 = optimizer
    made_3.step()
    optimizer.zero_grad()
    look()
optimizer.zero_grad()
