wrapped, prepared = accelerator.prepare(model, optimizer)
for x, y in loader:
    with accelerator.accumulate(wrapped):
        accelerator.backward(loss_fn(wrapped(x), y))
        prepared.step()
        for p in wrapped.parameters():
            p.grad = None
