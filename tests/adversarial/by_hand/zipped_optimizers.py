pairs = zip([optimizer, optimizer2], [model, model2])
for x, y in loader:
    (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
    optimizer.step()
    optimizer2.step()
    for o in [one for one, _ in pairs]:
        o.zero_grad()
