import torch

outer = torch.optim.SGD(model.parameters(), lr=0.1)


def closure():
    with torch.enable_grad():
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return loss


for x, y in loader:
    outer.step(closure=closure)
