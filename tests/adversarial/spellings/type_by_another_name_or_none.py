class A:

    def show(self):
        monitor(model)
for a in [A()]:
    for x, y in loader:
        loss = None or loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        B = None or type(a)
        B.show(a)
