# before: q0, q1, q2, q4, q5 = generator, loader, loss_fn, opt_g, optimizer
# drive: q6[0].fit(); q6[1].fit()
class Trainer:

    def __init__(self, *given, **named):
        q3 = named['q3'] if 'q3' in named else given[0]
        q5 = named['q5'] if 'q5' in named else given[1]
        self.model = q3
        self.optimizer = q5

    def fit(self):
        for x, y in q1:
            loss = q2(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
q6 = [Trainer(q0, one) for one in (q5, q4)]
