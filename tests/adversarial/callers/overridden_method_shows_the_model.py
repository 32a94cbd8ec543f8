class Trainer:
    def __init__(self, model, optimizer):
        self.model = model
        self.optimizer = optimizer

    def fit(self):
        for x, y in loader:
            loss = loss_fn(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.after_step()

    def after_step(self):
        monitor(self.model)


class Quiet(Trainer):
    def after_step(self):
        pass


Trainer(model, optimizer).fit()
