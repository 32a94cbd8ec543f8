import torch
cur = None
def fit():
    global cur
    cur = optimizer
    def inner():
        for i, (x, y) in enumerate(loader):
            loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
            loss.backward()
            cur.step()
            cur.zero_grad()
            flip()
    inner()
def flip():
    global cur
    cur = optimizer2 if cur is optimizer else optimizer
fit()
