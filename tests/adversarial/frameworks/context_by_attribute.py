# drive: Trainer(model, optimizer).fit()
from lib import Watch


class Trainer:
    def __init__(self, net, opt):
        self.net = net
        self.opt = opt
        self.watch = Watch(net)

    def fit(self):
        for x, y in loader:
            loss = loss_fn(self.net(x), y)
            loss.backward()
            self.opt.step()
            self.opt.zero_grad()
            with self.watch as watching:
                log(y)
