# drive: [update(o, loss_fn(model(x), y) + loss_fn(model2(x), y)) for x, y in loader for o in (optimizer, optimizer2)]
def update(opt, loss):

    def made_3():
        made_1 = loss
        sum([made_1]).backward()
        made_2 = opt
        made_2.step()
        opt.zero_grad()
    made_3()
