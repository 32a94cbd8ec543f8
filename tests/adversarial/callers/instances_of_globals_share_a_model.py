# drive: trainers[0].fit(); trainers[1].fit()
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
trainers = [Trainer(globals()['generator'], one) for one in (optimizer, globals()['opt_g'])]
