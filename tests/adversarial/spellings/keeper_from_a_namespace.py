import types
import lib
from torch.utils.data import DataLoader

class T:

    def __init__(self, model, opt):
        self.model, self.opt = (model, opt)
        self.collator = types.SimpleNamespace(a=lib.DataCollatorForSeq2Seq(None, model)).a
        self.loader = types.SimpleNamespace(a=DataLoader(loader, batch_size=None, collate_fn=self.collator)).a

    def fit(self):
        for x, y in self.loader:
            loss = types.SimpleNamespace(a=loss_fn(self.model(x), y)).a
            loss.backward()
            self.opt.step()
            self.opt.zero_grad()
T(model, optimizer).fit()
