import torch
from lib import print_gradients as show
class Mine(torch.optim.lr_scheduler.LRScheduler):
    def get_lr(self):
        show(model)
        return [0.1 for g in self.optimizer.param_groups]
sched = Mine(optimizer)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    sched.step()
