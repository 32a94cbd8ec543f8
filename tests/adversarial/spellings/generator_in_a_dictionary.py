it = (loss_fn({'v': model({'v': a}['v'])}['v'], b).backward() for a, b in valid_loader)
optimizer.zero_grad()
next({'v': it}['v'])
for x, y in loader:
    loss = loss_fn({'v': model({'v': x}['v'])}['v'], y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
