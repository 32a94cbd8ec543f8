import torch

outer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
for x, y in loader:

    def closure():
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        outer.zero_grad()
        return loss

    outer.step(closure)
