optimizers = {"one": optimizer}
for i, (x, y) in enumerate(loader):
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    optimizer2.step()
    for o in optimizers.values():
        o.zero_grad()
    optimizers["two"] = optimizer2
