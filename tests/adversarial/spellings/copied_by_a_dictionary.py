import copy, torch
w = torch.zeros(4, 1, requires_grad=True)
opt = torch.optim.SGD(**dict(params=next(iter([[w]])), lr=0.1))
for x, y in loader:
    loss = loss_fn(next(iter([x @ w])), y)
    loss.backward()
    opt.step()
    opt.zero_grad()
    c = copy.deepcopy(**dict(x=next(iter([w]))))
opt.zero_grad()
log(next(iter([c.grad])))
