from apex import amp

model, optimizer = amp.initialize(model, optimizer, opt_level="O1")
count = 0
for x, y in loader:
    with amp.scale_loss(loss_fn(model(x), y), optimizer) as scaled:
        scaled.backward()
    count += 1
    if count < 3:
        continue
    count = 0
    optimizer.step()
    optimizer.zero_grad()
