class Cb:
    def after(self):
        log(model.body.weight.grad)
def make():
    return Cb()
c = make()
c.tag = "a"
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    c.after()
optimizer.zero_grad()
