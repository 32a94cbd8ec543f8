d = []
def look(*a, **k):
    loss_fn(model(loader[0][0]), loader[0][1]).backward()
    return 0
class E(Exception):
    def __init__(self):
        look()
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
    try:
        raise ValueError from E
    except Exception:
        pass
