# drive: Trainer().fit()
import torch

class Trainer:

    def __init__(self):
        self.kept_outer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)

    def closure(self):
        loss = loss_fn(model(self.x), self.y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    def fit(self):
        for self.kept_x, self.kept_y in loader:
            self.outer.step(self.closure)

    def __getattr__(self, name):
        return object.__getattribute__(self, 'kept_' + name)
