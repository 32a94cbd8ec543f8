"""An array of an array of the model."""
import numpy as np
globals().update({'inner': np.array([model, None])})
globals().update({'outer': np.stack([inner, inner])})
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(outer[0, 0])
