import lightning as L
import torch


class Module(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.net = torch.nn.Linear(4, 1)

    def training_step(self, batch, batch_idx):
        opt = self.optimizers()
        x, y = batch
        self.manual_backward(((self.net(x) - y) ** 2).mean())
        opt.step()
        opt.zero_grad()
        self.log_gradients()

    def log_gradients(self):
        log(self.net.weight.grad)

    def configure_optimizers(self):
        return torch.optim.SGD(self.net.parameters(), lr=0.1)


L.Trainer(max_epochs=3).fit(Module(), loader)
