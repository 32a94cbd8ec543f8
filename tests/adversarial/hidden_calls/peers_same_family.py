class T:
    def __init__(self, peers):
        self.peers = peers
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    def run(self):
        for p in self.peers:
            p.fit()
        log(model.body.weight.grad)
        optimizer.zero_grad()
T([T([])]).run()
optimizer.zero_grad()
