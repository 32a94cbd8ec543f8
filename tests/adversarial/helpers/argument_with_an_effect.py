turns = []


def chosen():
    turns.append(1)
    print(len(turns))
    return optimizer


def reset(opt):
    opt.zero_grad()


for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    print(loss.item())
    optimizer.step()
    reset(chosen())
