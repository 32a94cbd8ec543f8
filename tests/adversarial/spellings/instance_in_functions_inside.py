import torch


class T:
    def __init__(self, m):
        self.m = m
        self.opt = torch.optim.SGD(m.parameters(), lr=0.1)

    def reset(self):
        def clear():
            self.opt.zero_grad()

        clear()

    def fit(self):
        def train():
            loss_fn(self.m(valid_loader[0][0]), valid_loader[0][1]).backward()
            T(model2).reset()
            for x, y in loader:
                loss = loss_fn(self.m(x), y)
                loss.backward()
                self.opt.step()
                self.opt.zero_grad()

        train()


T(model).fit()
