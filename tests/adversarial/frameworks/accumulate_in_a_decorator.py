from accelerate import Accelerator

accelerator = Accelerator(gradient_accumulation_steps=3)
net, opt = accelerator.prepare(model, optimizer)


@accelerator.accumulate(net)
def step(x, y):
    accelerator.backward(loss_fn(net(x), y))
    opt.step()
    opt.zero_grad()


for x, y in loader:
    step(x, y)
