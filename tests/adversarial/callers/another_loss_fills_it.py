# drive: for x, y in loader: train_step(x, y); fit_step(model, optimizer, x, y)
def train_step(x, y):
    loss = loss_fn(model2(x), y) + loss_fn(model(x), y)
    loss.backward()
    optimizer2.step()
    optimizer2.zero_grad()
def fit_step(model, optimizer, x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
