# drive: [update(o, loss_fn(model(x), y) + loss_fn(model2(x), y)) for x, y in loader for o in (optimizer, optimizer2)]
def update(opt, loss):
    for made_1 in [loss]:
        pass
    made_1.backward()
    for made_2 in [opt]:
        pass
    made_2.step()
    opt.zero_grad()
