import lightning as L
import torch


class Module(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.a = torch.nn.Linear(4, 1)
        self.b = torch.nn.Linear(4, 1)

    def training_step(self, batch, batch_idx):
        first, second = self.optimizers()
        every = self.optimizers()
        x, y = batch
        self.manual_backward(((self.a(x) - self.b(x) - y) ** 2).mean())
        every[batch_idx % 2].step()
        first.zero_grad()
        if batch_idx % 3 == 0:
            second.zero_grad()

    def configure_optimizers(self):
        return torch.optim.SGD(self.a.parameters(), lr=0.1), torch.optim.SGD(self.b.parameters(), lr=0.1)


L.Trainer(max_epochs=3).fit(Module(), loader)
