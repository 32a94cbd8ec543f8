from accelerate import Accelerator


class Trainer:
    def __init__(self):
        self.accelerator = Accelerator(gradient_accumulation_steps=3)
        self.net, self.opt = self.accelerator.prepare(model, optimizer)

    def accumulating(self):
        return self.accelerator.accumulate(self.net)

    def fit(self):
        for x, y in loader:
            with self.accumulating():
                self.accelerator.backward(loss_fn(self.net(x), y))
                self.opt.step()
                self.opt.zero_grad()


Trainer().fit()
