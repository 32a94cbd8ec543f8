turns = []


def some(self):
    turns.append(1)
    return [model.head.weight] if len(turns) % 2 else [model.head.bias]


class Own(type(model)):
    parameters = some


model.__class__ = Own
for x, y in loader:
    print(len(turns))
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None
