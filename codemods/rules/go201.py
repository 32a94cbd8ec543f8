"""GO201 step-without-gradient: the step can only see cleared gradients

## What it does
Finds training steps in which `zero_grad` stands between the backward and the step of the same optimizer.

## Why
The step sees cleared gradients: the model does not learn, or moves by momentum and weight decay alone. Nothing fails,
the loss only does not fall.

## Example
```python
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.zero_grad()
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
