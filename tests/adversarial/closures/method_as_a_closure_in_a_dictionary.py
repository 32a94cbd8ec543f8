# drive: Trainer().fit()
import torch

class Trainer:

    def __init__(self):
        self.outer = torch.optim.LBFGS(**dict(params=model.parameters(), lr=0.1, max_iter=3))

    def closure(self):
        loss = loss_fn(model(self.x), self.y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    def fit(self):
        for self.x, self.y in loader:
            self.outer.step(**dict(closure=self.closure))
