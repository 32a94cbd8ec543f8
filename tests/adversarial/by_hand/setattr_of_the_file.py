import torch


class Loud(torch.nn.Parameter):
    def __setattr__(self, name, value):
        log(self.grad)
        super().__setattr__(name, value)


model.head.weight = Loud(model.head.weight.data)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None
