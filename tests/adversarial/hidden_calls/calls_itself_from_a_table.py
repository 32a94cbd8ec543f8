# drive: fit(1)

def fit(depth):
    for x, y in loader:
        if depth:
            table["fit"](depth - 1)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


table = {"fit": fit}
