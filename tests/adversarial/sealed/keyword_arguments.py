# drive: run()
def one(x, y, net=None):
    net = net or model
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    log(model.body.weight.grad)


def run():
    for x, y in loader:
        one(y=y, x=x)
