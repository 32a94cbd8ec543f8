class C:
    pass
cfg = C()
cfg.lr = model
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(cfg.lr)
optimizer.zero_grad()
