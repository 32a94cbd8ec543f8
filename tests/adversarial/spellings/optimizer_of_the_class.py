# drive: t = Fitter(model, model2); t.start(); t.fit(loader); t.change(); t.fit(loader)
import torch

class Fitter:

    def __init__(self, net, other):
        Fitter.net = net
        Fitter.other = other

    def start(self):
        Fitter.optimizer = torch.optim.SGD(params=self.net.parameters(), lr=0.1)

    def change(self):
        Fitter.optimizer = torch.optim.SGD(params=self.other.parameters(), lr=0.1)

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.net(x), y) + loss_fn(self.other(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
