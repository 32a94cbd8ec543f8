import lib
from torch.utils.data import DataLoader
class C:
    data = DataLoader(loader, batch_size=None, collate_fn=lib.DataCollatorForSeq2Seq(None, model))
for x, y in C.data:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
