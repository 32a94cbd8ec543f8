for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    f = lambda g=model.body.weight.grad: g.sum().item()
    optimizer.zero_grad(set_to_none=False)
    print(f())
