# drive: work(1)
import torch

def main():
    global work

    def work(depth):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            if depth:
                work(depth - 1)
            optimizer.step()
            optimizer.zero_grad()

main()
