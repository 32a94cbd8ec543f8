# before: q0, q1, q2, q4, q5 = generator, loader, loss_fn, opt_g, optimizer
# drive: q6[0].fit(); q6[1].fit()
import contextlib

class Trainer:

    def __init__(self, q3, q5):
        self.model = q3
        self.optimizer = q5

    def fit(self):
        for x, y in q1:
            loss = q2(contextlib.nullcontext(self.model(contextlib.nullcontext(x).__enter__())).__enter__(), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
q6 = [Trainer(contextlib.nullcontext(q0).__enter__(), one) for one in (q5, q4)]
