# drive: t = Fitter(model, model2); t.over(True); t.fit(loader); t.over(False); t.fit(loader)
import contextlib
import torch

class Fitter:

    def __init__(self, net, other):
        with contextlib.nullcontext(net) as self.net:
            pass
        with contextlib.nullcontext(other) as self.other:
            pass

    def over(self, first):
        if first:
            with contextlib.nullcontext(torch.optim.SGD(self.net.parameters(), lr=0.1)) as self.optimizer:
                pass
        else:
            with contextlib.nullcontext(torch.optim.SGD(self.other.parameters(), lr=0.1)) as self.optimizer:
                pass

    def fit(self, loader):
        for x, y in loader:
            with contextlib.nullcontext(loss_fn(self.net(x), y) + loss_fn(self.other(x), y)) as loss:
                pass
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
