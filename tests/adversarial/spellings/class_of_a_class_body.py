class A:
    def show(self):
        monitor(model)
class D:
    cls = A
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    D.cls.show(None)
