class C:
    other = model
    def show(self):
        monitor(self.other)
for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        C().show()
