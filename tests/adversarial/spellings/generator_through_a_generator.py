it = (loss_fn(next((v for v in [model(next((v for v in [a])))])), b).backward() for a, b in valid_loader)
optimizer.zero_grad()
next(next((v for v in [it])))
for x, y in loader:
    loss = loss_fn(next((v for v in [model(next((v for v in [x])))])), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
