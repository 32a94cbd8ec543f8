# drive: Trainer().fit()
import torch

class Trainer:

    def __init__(self):
        self.outer = dict(a=torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3))['a']

    def closure(self):
        loss = dict(a=loss_fn(model(self.x), self.y))['a']
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    def fit(self):
        for self.x, self.y in loader:
            self.outer.step(self.closure)
