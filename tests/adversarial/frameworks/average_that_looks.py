from torch.optim.swa_utils import AveragedModel


def mean(kept, one, number):
    log(model.body.weight.grad)
    return kept + (one - kept) / (number + 1)


average = AveragedModel(model, avg_fn=mean)
for x, y in loader:
    loss_fn(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
    average.update_parameters(model)
