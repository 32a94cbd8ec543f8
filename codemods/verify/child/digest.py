"""Digests of tensors: a few operations on the tensor's own device, exact in every bit.

The bytes of a tensor are read as 32-bit characters, and 32,768 pairs of them at a time are multiplied with random 64-bit
weights and summed modulo 2^64 (multilinear hashing). BLAKE2b then takes those sums, the shape and the dtype. A tensor
always has the same digest for the same key, and two tensors that differ anywhere share one with a chance of at most
2^-32 over the choice of the key.

Runs in the user's own interpreter, from Python 3.8 on; torch is handed in.
"""

from __future__ import annotations

import hashlib
from typing import Any, Sequence

LANES = 32_768
"""64-bit words that share one sum: two weights of each, and a buffer, stay in a processor's second-level cache."""

BLOCK = 64
"""Rows of so many words that are taken at once where there is no cache to stay in."""

NONE = "-" * 16
"""Stands for a gradient that is None."""

UNKNOWN = "?" * 16
"""Stands for a tensor whose bytes cannot be reached."""


class Digester:
    """Digests under one key. Tensors of all devices, dtypes and layouts that can be read have one."""

    def __init__(self, torch: Any, key: int) -> None:
        self._torch = torch
        self._key = key
        self._weights: dict[Any, tuple[Any, Any, Any]] = {}

    def digests(self, tensors: Sequence[Any | None]) -> tuple[str, list[float | None]]:
        """The digests one after the other, 16 characters each, and the Euclidean norms of what has one."""
        torch = self._torch
        with torch.no_grad():
            parts = [self._parts(tensor) for tensor in tensors]
        sums = self._fetch([one for part in parts for one in part.sums])
        squares = self._fetch([one for part in parts for one in part.squares])
        digests, norms, at, square_at = [], [], 0, 0
        for part in parts:
            digests.append(part.finish(sums[at : at + len(part.sums)]))
            own = squares[square_at : square_at + len(part.squares)]
            norms.append(sum(own) ** 0.5 if own else None)
            at, square_at = at + len(part.sums), square_at + len(part.squares)
        return "".join(digests), norms

    def _fetch(self, scalars: list[Any]) -> list[Any]:
        """Numbers out of 0-dimensional tensors, one transfer for each device."""
        devices: dict[Any, list[int]] = {}
        for at, one in enumerate(scalars):
            devices.setdefault(one.device, []).append(at)
        found: list[Any] = [None] * len(scalars)
        for places in devices.values():
            for at, value in zip(places, self._torch.stack([scalars[at] for at in places]).tolist()):
                found[at] = value
        return found

    def _parts(self, tensor: Any | None) -> _Parts:
        if tensor is None:
            return _Parts(NONE)
        try:
            parts = _Parts(None, f"{self._key} {tuple(tensor.shape)} {tensor.dtype} {tensor.layout}")
            for dense in self._dense(tensor.detach()):
                self._add(parts, dense)
        except (RuntimeError, NotImplementedError, TypeError, AttributeError):
            return _Parts(UNKNOWN)
        return parts

    def _dense(self, tensor: Any) -> list[Any]:
        """Plain strided tensors that hold all the bytes."""
        local = getattr(tensor, "to_local", None)
        if local is not None:  # one shard of a distributed tensor
            return self._dense(local())
        if tensor.layout == self._torch.sparse_coo:
            return [tensor._indices(), *self._dense(tensor._values())]
        if tensor.is_complex():
            return self._dense(self._torch.view_as_real(tensor.resolve_conj()))
        if tensor.is_quantized:
            return [tensor.int_repr()]
        return [tensor.resolve_neg().contiguous()]

    def _add(self, parts: _Parts, tensor: Any) -> None:
        torch = self._torch
        flat = tensor.view(-1)
        if not flat.numel():
            return
        if flat.device.type == "meta":
            raise RuntimeError("a tensor without bytes")
        size = flat.element_size()
        whole = flat.numel() * size // 8 * 8 // size
        if flat.storage_offset() * size % 8:
            flat = flat.clone()
        words = flat[:whole].view(torch.int64)
        if whole < flat.numel():
            parts.rest += bytes(flat[whole:].view(torch.uint8).tolist())
        on_cpu = flat.device.type == "cpu"
        (self._cached if on_cpu else self._blocks)(parts.sums, words)
        if tensor.dtype in (torch.float32, torch.float64):
            parts.squares.append(torch.linalg.vector_norm(flat).double() ** 2)
        elif tensor.is_floating_point():
            parts.squares.append(torch.linalg.vector_norm(flat, dtype=torch.float32).double() ** 2)

    def _cached(self, sums: list[Any], words: Any) -> None:
        torch = self._torch
        low, high, shifted = self._weights_on(words.device)
        for start in range(0, words.numel(), LANES):
            chunk = words[start : start + LANES]
            count = chunk.numel()
            if count == LANES:
                torch.bitwise_right_shift(chunk, 32, out=shifted)
                sums += (torch.dot(chunk, low), torch.dot(shifted, high))
            else:
                sums += (torch.dot(chunk, low[:count]), torch.dot(chunk >> 32, high[:count]))

    def _blocks(self, sums: list[Any], words: Any) -> None:
        low, high, _ = self._weights_on(words.device)
        for start in range(0, words.numel(), BLOCK * LANES):
            block = words[start : start + BLOCK * LANES]
            rows = block[: block.numel() // LANES * LANES].view(-1, LANES)
            if rows.numel():
                both = self._torch.stack([(rows * low).sum(1), ((rows >> 32) * high).sum(1)], 1)
                sums += both.view(-1).unbind()
            rest = block[rows.numel() :]
            if rest.numel():
                count = rest.numel()
                sums += ((rest * low[:count]).sum(), ((rest >> 32) * high[:count]).sum())

    def _weights_on(self, device: Any) -> tuple[Any, Any, Any]:
        if device not in self._weights:
            torch = self._torch
            # Not torch's generator: its state is the program's. Bytes of a hash are as random as need be.
            made = []
            for name in (b"low", b"high"):
                stream = hashlib.shake_256(name + str(self._key).encode()).digest(8 * LANES)
                made.append(torch.frombuffer(bytearray(stream), dtype=torch.int64).to(device))
            self._weights[device] = (made[0], made[1], torch.empty_like(made[0]))
        return self._weights[device]


class _Parts:
    """What the digest of one tensor is made of."""

    def __init__(self, fixed: str | None, head: str = "") -> None:
        self.fixed = fixed
        self.head = head
        self.rest = b""
        self.sums: list[Any] = []
        self.squares: list[Any] = []

    def finish(self, sums: Sequence[int]) -> str:
        if self.fixed is not None:
            return self.fixed
        state = hashlib.blake2b(self.head.encode() + b"\0" + self.rest, digest_size=8)
        state.update(b"".join((one & (2**64 - 1)).to_bytes(8, "little") for one in sums))
        return state.hexdigest()
