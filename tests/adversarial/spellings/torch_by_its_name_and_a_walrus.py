# drive: t = Fitter(model, model2); t.start(); t.fit(loader); t.change(); t.fit(loader)
import importlib
torch = (given := importlib.import_module('torch'))

class Fitter:

    def __init__(self, net, other):
        self.net = net if True else None
        self.other = other if True else None
        self.options = {'lr': 0.1, 'params': net.parameters()} if True else None

    def start(self):
        self.optimizer = torch.optim.SGD(**self.options) if True else None

    def change(self):
        self.options['params'] = self.other.parameters()
        self.optimizer = torch.optim.SGD(**self.options) if True else None

    def fit(self, loader):
        for x, y in loader:
            loss = loss_fn(self.net(x), y) + loss_fn(self.other(x), y) if True else None
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
