# drive: x, y = next(iter(loader)); loss = loss_fn(model(x), y); train_step(generator, opt_g); train_step(model, optimizer)
def train_step(net, opt):
    loss.backward(retain_graph=True)
    opt.step()
    opt.zero_grad()
