import torch

outer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)


def one(x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss


for x, y in loader:
    outer.step(lambda: one(x, y))
