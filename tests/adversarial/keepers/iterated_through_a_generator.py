import lib
from torch.utils.data import DataLoader

collator = lib.DataCollatorForSeq2Seq(None, model)
data = DataLoader(loader, batch_size=None, collate_fn=collator)
for i, (x, y) in (pair for pair in enumerate(data)):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
