"""GO900 unused-suppression: a comment that suppresses nothing

## What it does
Finds `# gradorder: ignore` comments on whose lines there is nothing to ignore, and such comments with a code that does
not exist.

## Why
A suppression that suppresses nothing hides the next finding on its line.

## Example
```python
for x, y in loader:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()  # gradorder: ignore[GO101]
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
Always: only a comment goes.
"""

ACTION = "reported; removed when asked"
