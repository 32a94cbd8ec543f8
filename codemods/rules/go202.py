"""GO202 never-cleared: gradients of an earlier, already used backward are still there at a step

## What it does
Finds loops with a backward and a step in which nothing clears the gradients of that optimizer.

## Why
Each step uses the sum of all gradients since the training began. Where that is meant, it is accumulation, and the
step does not run in every iteration.

## Example
```python
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
```

## Use instead
```python
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
```

## When the fix is safe
Never: it changes what the training computes, which is its purpose. It is made with `--unsafe-fixes` only, and then
checked: the gradients of all other optimizers are proved to stay the same.
"""

ACTION = "reported; `--unsafe-fixes` mends it"
