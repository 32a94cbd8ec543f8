from lib import print_gradients
from transformers import AdamW, AutoModel, Trainer

class Looking(Trainer):
    try:
        pass
    except KeyError:
        pass
    else:
        train = lambda self: print_gradients(self.model)
try:
    pass
except KeyError:
    pass
else:
    model = AutoModel.from_pretrained('small')
try:
    pass
except KeyError:
    pass
else:
    optimizer = AdamW(model.parameters(), lr=0.1)
try:
    pass
except KeyError:
    pass
else:
    trainer = Looking(model)
for x, y in loader:
    try:
        pass
    except KeyError:
        pass
    else:
        loss = loss_fn(model(x), y)
    try:
        pass
    except KeyError:
        pass
    else:
        loss.backward()
    try:
        pass
    except KeyError:
        pass
    else:
        optimizer.step()
    optimizer.zero_grad()
try:
    pass
except KeyError:
    pass
else:
    trainer.train()
