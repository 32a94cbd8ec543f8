"""Digests of tensors: a few operations on the tensor's own device, exact in every bit.

The bytes of a tensor are read as 64-bit words, and 32,768 words at a time are multiplied with random weights and summed
modulo 2^64 (multilinear hashing). A change of the low half of a word is lost in such a sum with a chance of 2^-32 at most;
one of the high half alone might be, a sign for one. So a second sum takes the high halves: as the low halves of the words
that start four bytes further on. BLAKE2b then takes the sums, the shape and the dtype. A tensor always has the same digest
for the same key, and two tensors that differ anywhere share one with a chance of at most 2^-32 over the choice of the key.

Runs in the user's own interpreter, from Python 3.8 on; torch is handed in.
"""

from __future__ import annotations

import ctypes
import hashlib
import math
import threading
from itertools import islice
from typing import Any, Sequence

LANES = 32_768
"""Words that share one sum: they and two weights of each fit into a processor's second-level cache."""

BLOCK = 64
"""Rows of so many words that are taken at once where there is no cache to stay in."""

SAMPLE = 2 * LANES
"""Numbers at the start of a tensor that its norm is taken of: a norm compares, it proves nothing."""

ENOUGH = 16
"""Tasks that are worth a thread."""

NONE = "-" * 16
"""Stands for a gradient that is None."""

UNKNOWN = "?" * 16
"""Stands for a tensor whose bytes cannot be reached."""


class Digester:
    """Digests under one key. Tensors of all devices, dtypes and layouts that can be read have one."""

    def __init__(self, torch: Any, key: int) -> None:
        self._torch = torch
        self._key = key
        self._weights: dict[Any, tuple[Any, Any]] = {}

    def digests(self, tensors: Sequence[Any | None], *, norm: bool) -> tuple[str, list[float | None]]:
        """The digests one after the other, 16 characters each.

        Where asked for, also the norms of the first :data:`SAMPLE` numbers of floating-point tensors.
        """
        tasks: list[_Task] = []
        with self._torch.no_grad():
            parts = [self._parts(tensor, tasks, norm) for tensor in tensors]
            self._work_off(tasks)
        sums = iter(self._fetch([one for part in parts for one in part.sums]))
        norms = iter(self._fetch([one for part in parts for one in part.norms]))
        return (
            "".join([part.finish(list(islice(sums, len(part.sums)))) for part in parts]),
            [math.hypot(*islice(norms, len(part.norms))) if part.norms else None for part in parts],
        )

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

    def _parts(self, tensor: Any | None, tasks: list[_Task], norm: bool) -> _Parts:
        if tensor is None:
            return _Parts(NONE)
        try:
            parts = _Parts(None, f"{self._key} {tuple(tensor.shape)} {tensor.dtype} {tensor.layout}")
            for dense in self._dense(tensor.detach()):
                self._add(parts, dense, tasks, norm)
        except (RuntimeError, NotImplementedError, TypeError, AttributeError):
            return _Parts(UNKNOWN)
        return parts

    def _dense(self, tensor: Any) -> list[Any]:
        """Strided tensors that hold all the bytes."""
        local = getattr(tensor, "to_local", None)
        if local is not None:  # one shard of a distributed tensor
            return self._dense(local())
        if tensor.layout == self._torch.sparse_coo:
            return [tensor._indices(), *self._dense(tensor._values())]
        if tensor.is_complex():
            return self._dense(self._torch.view_as_real(tensor.resolve_conj()))
        if tensor.is_quantized:
            return [tensor.int_repr()]
        return [tensor.resolve_neg()]

    def _add(self, parts: _Parts, tensor: Any, tasks: list[_Task], norm: bool) -> None:
        torch = self._torch
        flat = tensor.contiguous().view(-1)
        if not flat.numel():
            return
        if flat.device.type == "meta":
            raise RuntimeError("a tensor without bytes")
        size = flat.element_size()
        if flat.storage_offset() * size % 8:
            flat = flat.clone()
        whole = flat.numel() * size // 8 * 8 // size
        words = flat[:whole].view(torch.int64)
        parts.rest += bytes(flat[whole:].view(torch.uint8).tolist())
        if flat.device.type != "cpu":
            self._blocks(parts.sums, words)
        elif whole:
            # The high half of the last word is in no word that starts further on.
            parts.rest += bytes(words[-1:].view(torch.uint8).tolist())
            tasks += self._tasks(parts, words)
            if flat.data_ptr() != tensor.data_ptr():
                # No more than one copy is alive at a time.
                self._work_off(tasks)
        if norm and tensor.is_floating_point():
            wide = None if flat.dtype in (torch.float32, torch.float64) else torch.float32
            parts.norms.append(torch.linalg.vector_norm(flat[:SAMPLE], dtype=wide).double())

    def _tasks(self, parts: _Parts, words: Any) -> list[_Task]:
        """The sums to form, one task for each run of words, and their places among the parts."""
        total = words.numel()
        shifted = words[:0]
        if total > 1:
            memory = (ctypes.c_char * (8 * total - 8)).from_address(words.data_ptr() + 4)
            shifted = self._torch.frombuffer(memory, dtype=self._torch.int64)
        first = len(parts.sums)
        starts = range(0, total, LANES)
        parts.sums += [None] * (2 * len(starts))
        return [_Task(words, shifted, start, parts.sums, first + 2 * at) for at, start in enumerate(starts)]

    def _work_off(self, tasks: list[_Task]) -> None:
        """Do the tasks, on as many threads as torch would take, and empty the list."""
        threads = min(self._torch.get_num_threads(), len(tasks) // ENOUGH)
        if threads < 2:
            self._work(tasks)
        else:
            # Threads of their own each time: a pool would not survive a fork.
            workers = [
                threading.Thread(target=self._work, args=(tasks[number::threads],), daemon=True)
                for number in range(1, threads)
            ]
            for worker in workers:
                worker.start()
            self._work(tasks[::threads])
            for worker in workers:
                worker.join()
        tasks.clear()

    def _work(self, tasks: Sequence[_Task]) -> None:
        dot = self._torch.dot
        low, high = self._weights_on(self._torch.device("cpu"))
        with self._torch.no_grad():
            for task in tasks:
                words = task.words[task.start : task.start + LANES]
                shifted = task.shifted[task.start : task.start + LANES]
                if shifted.numel() == LANES:
                    task.sums[task.place : task.place + 2] = dot(words, low), dot(shifted, high)
                else:
                    task.sums[task.place] = dot(words, low[: words.numel()])
                    task.sums[task.place + 1] = dot(shifted, high[: shifted.numel()])

    def _blocks(self, sums: list[Any], words: Any) -> None:
        low, high = self._weights_on(words.device)
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

    def _weights_on(self, device: Any) -> tuple[Any, Any]:
        if device not in self._weights:
            # Not torch's generator: its state is the program's. Bytes of a hash are as random as need be.
            made = []
            for name in (b"low", b"high"):
                stream = hashlib.shake_256(name + str(self._key).encode()).digest(8 * LANES)
                made.append(self._torch.frombuffer(bytearray(stream), dtype=self._torch.int64).to(device))
            self._weights[device] = (made[0], made[1])
        return self._weights[device]


class _Task:
    """Two sums over one run of words, and where they go. Keeps the memory alive."""

    __slots__ = ("place", "shifted", "start", "sums", "words")

    def __init__(self, words: Any, shifted: Any, start: int, sums: list[Any], place: int) -> None:
        self.words = words
        self.shifted = shifted
        self.start = start
        self.sums = sums
        self.place = place


class _Parts:
    """What the digest of one tensor is made of."""

    def __init__(self, fixed: str | None, head: str = "") -> None:
        self.fixed = fixed
        self.head = head
        self.rest = b""
        self.sums: list[Any] = []
        self.norms: list[Any] = []

    def finish(self, sums: Sequence[int]) -> str:
        if self.fixed is not None:
            return self.fixed
        state = hashlib.blake2b(self.head.encode() + b"\0" + self.rest, digest_size=8)
        state.update(b"".join((one & (2**64 - 1)).to_bytes(8, "little") for one in sums))
        return state.hexdigest()
