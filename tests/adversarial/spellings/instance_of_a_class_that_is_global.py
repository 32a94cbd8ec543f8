def main():
    global A, look

    def look():
        loss_fn(model(loader[0][0]), loader[0][1]).backward()

    class A:
        def __init__(self):
            look()

    table = {"a": A}
    for x, y in loader:
        loss_fn(model(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()
        table["a"]()


main()
