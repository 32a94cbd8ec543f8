# drive: t = Fitter(model, model2); t.start(); t.fit(loader); t.change(); t.fit(loader)
import torch

class Fitter:

    def __init__(self, net, other):
        self.net = net
        self.other = other
        self.options = {'lr': 0.1, 'params': net.parameters()}

    def start(self):
        made_1 = torch.optim
        self.optimizer = made_1.SGD(**self.options)

    def change(self):
        made_2 = self.other
        self.options['params'] = made_2.parameters()
        made_3 = torch.optim
        self.optimizer = made_3.SGD(**self.options)

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.net(x), y) + loss_fn(self.other(x), y)
            made_4 = loss
            made_4.backward()
            made_5 = self.optimizer
            made_5.step()
            self.optimizer.zero_grad()
