from dataclasses import dataclass
@dataclass
class D:
    a: int = 0
    def __post_init__(self):
        log(model.body.weight.grad)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    D(1)
optimizer.zero_grad()
