class H:
    def __init__(self, o):
        self.opt = o
st = [H(optimizer), H(optimizer2)]
k = 0
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    st[0].opt.step()
    st[0].opt.zero_grad()
    st[k], st[1] = st[1], st[k]
