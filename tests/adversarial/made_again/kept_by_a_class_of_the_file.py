"""from_pretrained of a class of the file gives the same model each time."""

import torch


class AutoModel(torch.nn.Linear):
    made = None

    @classmethod
    def from_pretrained(cls, name):
        cls.made = cls.made or cls(4, 1)
        return cls.made


model = AutoModel.from_pretrained("a")
loss_fn(model(loader[0][0]), loader[0][1]).backward()
model = AutoModel.from_pretrained("a")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
