import lib
from torch.utils.data import DataLoader
def collate(batch):
    lib.print_gradients(model)
    return batch
data = DataLoader(loader, batch_size=None, collate_fn=collate)
for x, y in data:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
