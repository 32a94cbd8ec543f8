from lib import print_gradients as show

def main():
    global K, k, look, loss, x, y

    class K:
        pass

    def look(k):
        show(k.m)
    k = K()
    setattr(k, 'm', model)
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        look(k)
main()
