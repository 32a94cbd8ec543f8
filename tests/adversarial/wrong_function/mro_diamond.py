class A:
    def prime(self):
        pass
class B(A):
    pass
class C(A):
    def prime(self):
        loss_fn(model(valid_loader[0][0]), valid_loader[0][1]).backward()
class D(B, C):
    def fit(self):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
d = D()
d.prime()
d.fit()
