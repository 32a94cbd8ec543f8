# drive: fit(None, [(1, *loader[0])])
def fit(opt, data):
    for stop, x, y in data:
        loss = loss_fn(model(x), y)
        print(loss.item())
        if stop:
            break
        loss.backward()
        opt.step()
        opt.zero_grad()
