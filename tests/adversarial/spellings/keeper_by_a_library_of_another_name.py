import lib
made_1 = lib
collate = made_1.DataCollatorForSeq2Seq(None, model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    made_2 = loss
    made_2.backward()
    made_3 = optimizer
    made_3.step()
    optimizer.zero_grad()
    collate([x, y])
