# drive: t = Fitter(model, model2); t.start(); t.fit(loader); t.change(); t.fit(loader)
import torch

class Fitter:

    def __init__(self, net, other):
        self.__dict__.update({'net': net})
        self.__dict__.update({'other': other})
        self.__dict__.update({'options': {'lr': 0.1, 'params': net.parameters()}})

    def start(self):
        made_1 = torch.optim
        self.__dict__.update({'optimizer': made_1.SGD(**self.options)})

    def change(self):
        made_2 = self.other
        self.options['params'] = made_2.parameters()
        made_3 = torch.optim
        self.__dict__.update({'optimizer': made_3.SGD(**self.options)})

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.net(x), y) + loss_fn(self.other(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
