# drive: fit(None, False); fit(optimizer, True)
def fit(opt, train):
    for x, y in loader:
        out = model(x)
        do = train and x.shape[0] > 0
        if not do:
            continue
        loss = loss_fn(out, y)
        loss.backward()
        opt.step()
        opt.zero_grad()
