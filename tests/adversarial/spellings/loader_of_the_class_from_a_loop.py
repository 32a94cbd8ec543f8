import lib
from torch.utils.data import DataLoader

class T:

    def __init__(self, model, opt):
        T.model, T.opt = (model, opt)
        for T.collator in [lib.DataCollatorForSeq2Seq(None, model)]:
            pass
        for T.loader in [DataLoader(loader, batch_size=None, collate_fn=self.collator)]:
            pass

    def fit(self):
        for x, y in self.loader:
            for loss in [loss_fn(self.model(x), y)]:
                pass
            loss.backward()
            self.opt.step()
            self.opt.zero_grad()
T(model, optimizer).fit()
