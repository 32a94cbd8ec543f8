import torch
class SGDLR(torch.optim.SGD):
    pass
warm = SGDLR(model.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    warm.step()
    model.zero_grad()
