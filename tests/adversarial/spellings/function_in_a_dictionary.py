from lib import print_gradients as show

class K:
    pass

def look(k):

    def made_1():
        show(k.m)
    {'a': made_1}['a']()
k = K()
k.m = model
for x, y in loader:

    def made_2():
        global loss
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        look(k)
    {'a': made_2}['a']()
