for p in [model2]:
    pass
for x, y in loader:
    for q in (p.parameters() if hasattr(p, "parameters") else [p]):
        log(q.detach())
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None
