"""GO900 unused-suppression: a comment that suppresses nothing

## What it does
Finds `# gradorder: ignore` comments on whose lines there is nothing to ignore, and such comments with a code that does
not exist. A code that was not selected in a run is not held against a comment in that run.

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
Always: only a comment goes, with the blanks before it, and of a comment with several codes only those that suppress
nothing. It goes when GO900 is selected by name: `gradorder fix --select GO900`. A comment that names GO900 itself stays.
"""

ACTION = "reported; `fix --select GO900` removes it"
