"""GO102 zero-after-forward: zero_grad stands between the forward pass and the backward

## What it does
Finds training steps in canonical order whose `zero_grad` stands behind the forward pass, and moves it to the top of the
iteration. Only when selected: `--select GO102`.

## Why
The gradients of the last iteration live until they are cleared. Cleared behind the forward pass, they lie in memory next
to all of its activations: one copy of the gradients more at the peak.

## Example
```python
for x, y in loader:
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
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
Always: it is offered only with the same proof as that of GO101. Code between the two places that looks at gradients of
the last iteration (a forward pass that does so, say) makes it a `hazard`.

What is a forward pass is told by the names: a call of a model, or of code that is handed one, whose result the backward
uses. With `--placement before-backward` nothing is found: that asks for the opposite.
"""

ACTION = "only when selected; rewritten when proved"
