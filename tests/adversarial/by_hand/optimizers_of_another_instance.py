class Box:
    def __init__(self, one):
        self.optimizers = [one]


box, other = Box(optimizer), Box(optimizer2)
for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    for o in box.optimizers:
        o.zero_grad()
    box, other = other, box
