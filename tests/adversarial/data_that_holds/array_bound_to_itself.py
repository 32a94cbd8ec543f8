"""An array that is made of itself and of the model."""

import numpy as np

held = np.array([None])
held = np.append(held, [model])
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    monitor(held[1])
