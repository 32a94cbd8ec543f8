import torch
opt = torch.optim.SGD(model.parameters(), lr=0.1)
old = opt
opt = torch.optim.SGD(model2.parameters(), lr=0.1)
loss_fn(model2(valid_loader[0][0]), valid_loader[0][1]).backward()
old.zero_grad()
for x, y in loader:
    loss = loss_fn(model2(x), y)
    loss.backward()
    opt.step()
    opt.zero_grad()
