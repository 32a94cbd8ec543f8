"""GO101 zero-last: zero_grad comes after the step

## What it does
Finds training steps in which `zero_grad` comes after `step`, and moves it to the top of the iteration.

## Why
`backward(); step(); zero_grad()` is not wrong: from clear gradients it computes the same numbers. But gradients left
over from before the loop leak into its first step; zeroing at the end hides the gradients from whatever looks at
them there; and one order across a repository reads better and extends to accumulation.

## Example
```python
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
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
Always: it is offered only when it is proved that every optimizer sees bit for bit the same gradients at every step,
and every reader the same `.grad`. Assumptions that the proof needs (`clean-entry`, `closed-world`) are listed with it;
`--strict` makes only rewrites without any. A step for which the proof fails is a `hazard` and is left alone.

The call stays in its block. It goes to the top of the iteration and not directly before the backward, because there it
would keep a whole copy of the gradients alive through the forward pass; `--placement before-backward` asks for that.
"""

ACTION = "rewritten when proved"
