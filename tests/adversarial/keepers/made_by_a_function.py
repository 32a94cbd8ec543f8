import lib
from torch.utils.data import DataLoader
def make():
    return DataLoader(loader, batch_size=None, collate_fn=lib.DataCollatorForSeq2Seq(None, model))
data = make()
for x, y in data:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
