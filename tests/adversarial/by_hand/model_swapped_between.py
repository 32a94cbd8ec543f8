import torch

optimizer = torch.optim.SGD([*model.parameters(), *model2.parameters()], lr=0.1, momentum=0.9)
net, spare = model, model2
for x, y in loader:
    net, spare = spare, net
    loss_fn(net(x), y).backward()
    optimizer.step()
    for p in net.parameters():
        p.grad = None
