# drive: [update(o, loss_fn(model(x), y) + loss_fn(model2(x), y)) for x, y in loader for o in (optimizer, optimizer2)]
def update(opt, loss):

    @lambda f: f()
    def made_1():
        loss.backward()
        opt.step()
        opt.zero_grad()
    pass
