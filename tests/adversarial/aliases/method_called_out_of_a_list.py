runs = [optimizer.step, optimizer.zero_grad]
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    runs[0]()
