# drive: run()
def parts():
    return model, optimizer


def one(x, y):
    net, opt = parts()
    loss = loss_fn(net(x), y)
    loss.backward()
    opt.step()
    opt.zero_grad()


def run():
    for x, y in loader:
        one(x, y)
        look()


def look():
    log(parts()[0].body.weight.grad)
