import torch
def setup():
    global opt
    opt = optimizer
def fit(hook):
    for x, y in loader:
        hook()
        loss = loss_fn(model(x), y)
        loss.backward()
        opt.step()
        opt.zero_grad()
fit(setup)
