import copy, torch
w = torch.zeros(4, 1, requires_grad=True)
opt = torch.optim.SGD(dict(v=[w]).get('v'), lr=0.1)
for x, y in loader:
    loss = loss_fn(dict(v=x @ w).get('v'), y)
    loss.backward()
    opt.step()
    opt.zero_grad()
    c = copy.deepcopy(dict(v=w).get('v'))
opt.zero_grad()
log(dict(v=c.grad).get('v'))
