def reset(opt=optimizer2):
    opt.zero_grad()


for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    optimizer2.step()
    reset()
    optimizer.zero_grad()
