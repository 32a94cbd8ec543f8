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
Never: it changes what the training computes, which is its purpose: each step will then use the gradients of its own
iteration. It is made with `--unsafe-fixes` only, and checked: the step is in order afterwards, and the steps of all other
optimizers are proved to see the same gradients. Where they would not, there is no fix.

Gradients that code writes itself between `zero_grad` and step are no step without gradient: that step is `unsupported`.
"""

ACTION = "reported; `--unsafe-fixes` mends it"
