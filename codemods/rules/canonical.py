"""canonical: zero_grad, backward, step

## What it does
Counts a training step that is in order already. It is not shown.

## Why
Each iteration starts from clear gradients, whatever came before it.

## Example
```python
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
```

## What to do
Nothing.
"""

ACTION = "nothing to do"
