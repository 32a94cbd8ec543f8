d = []
def look(*a, **k):
    loss_fn(model(loader[0][0]), loader[0][1]).backward()
    return 0
class A:
    def __init__(self, *a):
        look()
    @classmethod
    def make(cls):
        return cls()
    @staticmethod
    def other():
        return A()
t = {'a': A}
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
    t['a']()
