import lib
from torch.utils.data import DataLoader
def fit(net, opt, data):
    for x, y in data:
        loss = loss_fn(net(x), y)
        loss.backward()
        opt.step()
        opt.zero_grad()
fit(model, optimizer, DataLoader(loader, batch_size=None, collate_fn=lib.DataCollatorForSeq2Seq(None, model)))
