# drive: run()
class Trainer:
    def __init__(self, net, opt):
        self.net = net
        self.opt = opt

    def fit(self, x, y):
        loss = loss_fn(self.net(x), y)
        loss.backward()
        self.opt.step()
        self.opt.zero_grad()


def trainer():
    return Trainer(model, optimizer)


def run():
    for x, y in loader:
        trainer().fit(x, y)
        log(model.body.weight.grad)
