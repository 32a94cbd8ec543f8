from transformers import AdamW, AutoModel, Trainer, TrainingArguments
model = AutoModel.from_pretrained('small')
args = TrainingArguments('here')
setattr(args, 'gradient_accumulation_steps', 2)
trainer = Trainer(model, args)
trainer.train()
optimizer = AdamW(model.parameters(), lr=0.1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
