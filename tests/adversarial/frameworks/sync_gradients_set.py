from accelerate import Accelerator

accelerator = Accelerator()
net, opt = accelerator.prepare(model, optimizer)
for i, (x, y) in enumerate(loader):
    accelerator.sync_gradients = i % 3 == 2
    accelerator.backward(loss_fn(net(x), y))
    opt.step()
    opt.zero_grad()
