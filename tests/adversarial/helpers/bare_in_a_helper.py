def reset(net):
    for p in net.parameters():
        p.grad.zero_()


for x, y in loader[1:2] * 4:
    loss_fn(model(x), y).backward()
    optimizer.step()
    reset(model)
