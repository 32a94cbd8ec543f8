from accelerate import Accelerator

accelerator = Accelerator(gradient_accumulation_steps=3)
net, opt = accelerator.prepare(model, optimizer)
for x, y in loader:
    context = accelerator.accumulate(net)
    context.__enter__()
    accelerator.backward(loss_fn(net(x), y))
    opt.step()
    opt.zero_grad()
    context.__exit__(None, None, None)
