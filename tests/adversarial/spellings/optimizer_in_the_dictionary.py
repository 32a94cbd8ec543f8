# drive: t = Fitter(model, model2); t.start(model); t.fit(loader); t.change(model2); t.fit(loader)
import torch

class Fitter:

    def __init__(self, net, other):
        self.__dict__['net'] = net
        self.__dict__['other'] = other

    def start(self, net):
        self.__dict__['optimizer'] = torch.optim.SGD(net.parameters(), lr=0.1)

    def change(self, net):
        self.__dict__['optimizer'] = torch.optim.SGD(net.parameters(), lr=0.1)

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.__dict__['net'](x), y) + loss_fn(self.__dict__['other'](x), y)
            loss.backward()
            self.__dict__['optimizer'].step()
            self.__dict__['optimizer'].zero_grad()
