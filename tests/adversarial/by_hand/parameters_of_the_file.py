import torch


class Half(torch.nn.Linear):
    turn = 0

    def parameters(self, recurse=True):
        Half.turn += 1
        return [self.weight] if Half.turn % 2 else [self.bias]


net = Half(4, 1)
optimizer = torch.optim.SGD([net.weight, net.bias], lr=0.1, momentum=0.9)
for x, y in loader:
    print(len(net.parameters()))
    loss_fn(net(x), y).backward()
    optimizer.step()
    for p in net.parameters():
        p.grad = None
