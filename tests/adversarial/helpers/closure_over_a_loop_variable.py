def main():
    for opt in (optimizer, optimizer2):

        def reset():
            opt.zero_grad()

        for x, y in loader:
            (loss_fn(model(x), y) + loss_fn(model2(x), y)).backward()
            opt.step()
            reset()


main()
