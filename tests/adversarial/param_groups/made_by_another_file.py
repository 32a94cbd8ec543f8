# drive: t = Fitter(model, model2); t.start(); t.fit(loader); t.change(); t.fit(loader)
from lib import make_optimizer


class Fitter:
    def __init__(self, net, other):
        self.net = net
        self.other = other

    def start(self):
        self.optimizer = make_optimizer(self.net)

    def change(self):
        self.optimizer = make_optimizer(self.other)

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.net(x), y) + loss_fn(self.other(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
