# drive: for x, y in loader: fit(x, y); show(optimizer2)
class Carrier:

    @property
    def model(self):
        return model

    @property
    def optimizer2(self):
        return optimizer2
carrier = Carrier()

def show(optimizer):
    optimizer.zero_grad()
    for p in carrier.model.parameters():
        print(p.grad)

def fit(x, y):
    loss = loss_fn(carrier.model(x), y)
    loss.backward()
    opts[0].step()
    opts[0].zero_grad()
opts = [optimizer, carrier.optimizer2]
