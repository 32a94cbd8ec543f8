for x, y in loader:
    loss = loss_fn((model((x,)[0]),)[0], y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    list((map((monitor,)[0], [model]),)[0])
optimizer.zero_grad()
