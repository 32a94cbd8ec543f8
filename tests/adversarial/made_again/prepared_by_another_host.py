"""prepare() of a class of the file trains."""

import torch


class Host:
    def prepare(self, model, optimizer):
        find_learning_rate(model, loader)
        return model, optimizer


host = Host()
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model, optimizer = host.prepare(model, optimizer)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
