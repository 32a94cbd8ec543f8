# drive: t = Fitter(model, model2); t.start(); t.fit(loader); t.change(); t.fit(loader)
import torch

class Fitter:

    def __init__(self, net, other):
        made_1 = net
        self.net = made_1
        made_2 = other
        self.other = made_2

    def start(self):
        made_3 = torch.optim.SGD(params=self.net.parameters(), lr=0.1)
        self.optimizer = made_3

    def change(self):
        made_4 = torch.optim.SGD(params=self.other.parameters(), lr=0.1)
        self.optimizer = made_4

    def fit(self, loader):
        for x, y in loader:
            made_5 = loss_fn(self.net(x), y) + loss_fn(self.other(x), y)
            loss = made_5
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
