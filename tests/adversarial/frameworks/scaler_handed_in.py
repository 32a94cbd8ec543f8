# drive: run()
from lib import LossScaler


def step(loss_scaler, x, y):
    loss_scaler(loss_fn(model(x), y), optimizer, update_grad=y.sum() > 0)
    if y.sum() > 0:
        optimizer.zero_grad()


def run():
    for x, y in loader:
        step(LossScaler(), x, y)
    loss_fn(model(x), y).backward()
    optimizer.step()
