"""hazard: zero-last, but moving zero_grad would change what a step or a reader sees

## What it does
Names a training step that is left alone because the proof failed, with the lines that lead to the difference.

## Why
The difference is one of these. *Stale*: the rewritten code would still hold gradients that the original has cleared,
where somebody looks at them or adds to them. *Lost*: it would have cleared what is about to be used. *Residual*: the
original carries old gradients into a step, and the rewritten code would not. *Flavour*: `None` in one, zeros in the
other. Or the code there cannot be followed from the file, and could look.

## Example
```python
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
print(model.weight.grad)
```

## What to do
Nothing, if the order is meant: `# gradorder: ignore` on the step says so. Else mend what the witness shows. A
hazard marked `[unsafe fix]` is residual: `--unsafe-fixes` keeps the old gradients out of the step, which changes the
training.
"""

ACTION = "left alone, with the witness"
