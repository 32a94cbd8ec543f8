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
Never: it changes what the training computes, which is its purpose: each step will then use the gradients of its own
iteration alone. It is made with `--unsafe-fixes` only, and checked: the step is in order afterwards, and the steps of all
other optimizers are proved to see the same gradients.

The new call goes to the top of the iteration, in the innermost block that holds both backward and step, and below every
line that binds the optimizer. There is no fix where somebody else may clear the gradients, or accumulate them: an
optimizer that comes from code which the file does not show, a backward of a framework's object, a callback.
"""

ACTION = "reported; `--unsafe-fixes` mends it"
