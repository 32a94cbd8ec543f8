def reset(opt):
    opt.zero_grad()


plain = reset


def reset(opt):
    print("reset")
    plain(opt)


for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    print(loss.item())
    optimizer.step()
    reset(optimizer)
