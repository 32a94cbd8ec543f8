from lib import print_gradients
from transformers import AdamW, AutoModel, Trainer

class Looking(Trainer):
    train: object = lambda self: print_gradients(self.model)
model = AutoModel.from_pretrained('small')
optimizer = AdamW(model.parameters(), lr=0.1)
trainer = Looking(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
trainer.train()
