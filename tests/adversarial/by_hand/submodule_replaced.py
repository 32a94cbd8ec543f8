import torch

head = torch.nn.Linear(5, 1)
optimizer = torch.optim.SGD([*model.parameters(), *head.parameters()], lr=0.1, momentum=0.9)
for i, (x, y) in enumerate(loader):
    loss_fn(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None
    model.head, head = head, model.head
