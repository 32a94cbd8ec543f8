# drive: Trainer.run()
class Trainer:
    @staticmethod
    def one(x, y):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        log(model.body.weight.grad)

    @classmethod
    def run(cls):
        for x, y in loader:
            Trainer.one(x, y)
