"""unsupported: a training step that cannot be followed

## What it does
Names a training step that is left alone, with the reason: a closure handed to `step`, an engine that steps by itself,
recursion, gradients of which the file does not show who clears them, or a file with more paths, or more calls that hang
together, than are followed. Those bounds count work, so a file is treated alike on every machine.

## Why
What cannot be followed is not guessed.

## Example
```python
optimizer.step(closure)
```

## What to do
Mostly nothing. Where the reason names a function of another file, checking the folder that holds both files lets the tool
look into it.
"""

ACTION = "left alone, with the reason"
