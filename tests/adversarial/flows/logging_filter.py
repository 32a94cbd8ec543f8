import logging
from lib import print_gradients as show
class F(logging.Filter):
    def filter(self, record):
        show(model)
        return True
log2 = logging.getLogger("q")
log2.addFilter(F())
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    log2.warning("x")
