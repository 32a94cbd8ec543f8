for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    it = (p.grad.sum().item() for p in model.head.parameters())
    optimizer.zero_grad(set_to_none=False)
    print(list(it))
