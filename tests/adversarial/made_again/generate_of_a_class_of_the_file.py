"""generate() of the file looks at gradients."""

import torch
import transformers


class Own(transformers.AutoModel):
    def generate(self, x):
        monitor(self)


model = Own.from_pretrained("a")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
model.generate(loader[0][0])
