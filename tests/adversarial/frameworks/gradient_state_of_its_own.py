from accelerate import Accelerator
from accelerate.state import GradientState

accelerator = Accelerator()
net, opt = accelerator.prepare(model, optimizer)
state = GradientState()
for i, (x, y) in enumerate(loader):
    state.sync_gradients = i % 3 == 2
    accelerator.backward(loss_fn(net(x), y))
    opt.step()
    opt.zero_grad()
