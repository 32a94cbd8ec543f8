import torch
loss_fn(model2(valid_loader[0][0]), valid_loader[0][1]).backward()
optimizer.zero_grad()
optimizer = torch.optim.SGD(model2.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model2(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
