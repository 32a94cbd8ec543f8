# drive: fit(None, False); fit(optimizer, True)
def fit(opt, train):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        try:
            check(train)
        except ValueError:
            continue
        loss.backward()
        opt.step()
        opt.zero_grad()
def check(train):
    if not train:
        raise ValueError
