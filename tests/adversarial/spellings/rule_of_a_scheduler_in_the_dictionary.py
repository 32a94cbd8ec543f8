import torch
from lib import print_gradients as show

class Lam:

    def __init__(self, m):
        self.__dict__['m'] = m

    def __call__(self, epoch):
        show(self.m)
        return 1.0
sched = torch.optim.lr_scheduler.LambdaLR(optimizer, Lam(model))
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    sched.step()
