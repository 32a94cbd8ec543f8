"""accumulation: the same backward can run again before a step or a zero_grad

## What it does
Names a training step that is left alone because it adds up the gradients of several batches.

## Why
A `zero_grad` in every iteration would throw micro-batches away. Accumulation need not show a modulo: `with
accelerator.accumulate(model):`, `no_sync` and an optimizer that steps now and then do it as well.

## Example
```python
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y) / 4
    loss.backward()
    if (i + 1) % 4 == 0:
        optimizer.step()
        optimizer.zero_grad()
```

## What to do
Nothing.
"""

ACTION = "left alone"
