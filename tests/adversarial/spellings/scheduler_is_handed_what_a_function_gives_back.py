import types

import lib


def same(value):
    return value


def train(net, opt, warmup_scheduler):
    for x, y in loader:
        loss = loss_fn(net(x), y)
        loss.backward()
        opt.step()
        opt.zero_grad()
        warmup_scheduler.report(same(net))
    print(len(list(net.parameters())))


train(model, optimizer, types.SimpleNamespace(report=lib.print_gradients))
