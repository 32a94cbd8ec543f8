import torch
w = model.body.bias
setattr(w, "grad", torch.ones(5))
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
