# drive: run()
class Trainer:
    def fit(self, x, y):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        log(model.body.weight.grad)


def run():
    trainer = Trainer()
    for x, y in loader:
        trainer.fit(x, y)
