import lib
made_1 = None
made_1 = lib
it = None
it = made_1.batches(model)
for _ in it:
    x, y = loader[0]
    loss = None
    loss = loss_fn(model(x), y)
    made_2 = None
    made_2 = loss
    made_2.backward()
    made_3 = None
    made_3 = optimizer
    made_3.step()
    optimizer.zero_grad()
