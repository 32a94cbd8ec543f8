def reset(opt):
    opt.zero_grad()


def finish(a, b):
    a.step()
    reset(b)


one, two = optimizer, optimizer2
for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    finish(one, two)
    one, two = two, one
