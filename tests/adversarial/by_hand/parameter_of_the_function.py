# drive: train(3)
def train(p):
    for x, y in loader:
        log(p if isinstance(p, int) else p.detach())
        loss_fn(model(x), y).backward()
        optimizer.step()
        for p in model.parameters():
            p.grad = None
