class A:
    def show(self):
        monitor(model)
try:
    a = A()
except ValueError:
    a = None
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    type(a).show(a)
