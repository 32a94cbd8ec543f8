def main():
    global loss, open, x, y

    class open:

        def __enter__(self):
            return self

        def __exit__(self, *a):
            return True
    for x, y in loader:
        with open():
            loss = loss_fn(model(x), y)
            loss.backward()
            if x[0, 0] > 0:
                raise ValueError
            optimizer.step()
            optimizer.zero_grad()
main()
