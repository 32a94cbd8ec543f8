import sys
def train():
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
ns = {"train": train}
ns["train"]()
log(model.body.weight.grad)
optimizer.zero_grad()
