# drive: t = Fitter(model, model2); t.start(model); t.fit(loader); t.change(model2); t.fit(loader)
import torch


class Fitter:
    def __init__(self, net, other):
        self.net = net
        self.other = other

    def start(self, net):
        self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def change(self, net):
        self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.net(x), y) + loss_fn(self.other(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
