# drive: fit(None, "val"); fit(optimizer, "train")
def fit(opt, mode):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        m = mode
        if m == "val":
            continue
        loss.backward()
        opt.step()
        opt.zero_grad()
