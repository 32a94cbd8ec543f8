# before: path, timer, logger = model, optimizer, loss_fn
import lib
from torch.utils.data import DataLoader

class T:

    def __init__(self, path, step_count):
        self.model, self.opt = (path, step_count)
        self.__dict__.update({'collator': lib.DataCollatorForSeq2Seq(None, path)})
        self.__dict__.update({'loader': DataLoader(loader, batch_size=None, collate_fn=self.collator)})

    def fit(self):
        for x, y in self.loader:
            loss = logger(self.model(x), y)
            loss.backward()
            self.opt.step()
            self.opt.zero_grad()
T(path, timer).fit()
