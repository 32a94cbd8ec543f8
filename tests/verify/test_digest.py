"""Digests of tensors: the same for the same bits, another one for any other."""

from __future__ import annotations

import pytest
import torch

from codemods.verify.child import digest
from codemods.verify.child.digest import LANES, NONE, UNKNOWN, Digester


def one(tensor: torch.Tensor | None, key: int = 1) -> str:
    return Digester(torch, key).digests([tensor], norm=False)[0]


SHAPES = [(), (1,), (3,), (7, 5), (2 * LANES,), (2 * LANES + 3,), (5, LANES + 1)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int8], ids=str)
def test_a_copy_has_the_same_digest_and_any_changed_bit_another(
    shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    tensor = (torch.randn(shape, generator=torch.Generator().manual_seed(0)) * 50).to(dtype)
    same = one(tensor)
    assert len(same) == 16
    assert one(tensor.clone()) == same
    assert one(tensor, key=2) != same
    places = tensor.numel()
    for at in sorted({0, places // 2, places - 1}):
        for bit in (0, 8 * tensor.element_size() - 1):
            other = tensor.clone()
            data = other.view(-1)[at : at + 1].view(torch.uint8)
            data[bit // 8] ^= 1 << bit % 8
            assert one(other) != same


def test_signs_of_zeros_count_even_where_an_even_number_of_them_changes() -> None:
    zeros = torch.zeros(2 * LANES)
    odd = zeros.clone()
    odd[1::2] = -0.0
    pair = zeros.clone()
    pair[[1, 3]] = -0.0
    assert len({one(zeros), one(odd), one(pair), one(-zeros)}) == 4


def test_order_shape_and_dtype_count() -> None:
    tensor = torch.arange(3 * LANES, dtype=torch.float32)
    swapped = tensor.roll(LANES)
    assert (
        len(
            {
                one(tensor),
                one(tensor.flip(0)),
                one(swapped),
                one(tensor.view(3, -1)),
                one(tensor.view(torch.int32)),
            }
        )
        == 5
    )


def test_none_is_told_from_zeros_and_a_tensor_without_bytes_is_not_known() -> None:
    assert one(None) == NONE
    assert one(torch.zeros(2)) not in (NONE, UNKNOWN)
    assert one(torch.empty(2, device="meta")) == UNKNOWN


def test_strides_views_and_signs_that_are_only_noted_do_not_matter() -> None:
    tensor = torch.randn(6, 10)
    assert one(tensor.t().contiguous().t()) == one(tensor)
    assert one(torch.cat([torch.zeros(1), tensor.view(-1)])[1:]) == one(tensor.view(-1))
    assert one(torch._neg_view(-tensor)) == one(tensor)
    many = torch.randn(4, dtype=torch.complex64)
    assert one(many.conj().resolve_conj()) == one(many.conj())


def test_sparse_gradients_have_digests() -> None:
    sparse = torch.sparse_coo_tensor(
        torch.tensor([[0, 2]]), torch.tensor([1.0, 2.0]), (4,), check_invariants=True
    )
    other = torch.sparse_coo_tensor(
        torch.tensor([[0, 3]]), torch.tensor([1.0, 2.0]), (4,), check_invariants=True
    )
    assert UNKNOWN not in (one(sparse), one(other))
    assert one(sparse) != one(other)


@pytest.mark.parametrize("words", [1, 2, LANES, digest.BLOCK * LANES + LANES + 5])
def test_every_bit_counts_on_an_accelerator_as_well(words: int) -> None:
    digester = Digester(torch, 3)

    def sums(data: torch.Tensor) -> tuple[int, ...]:
        found: list[torch.Tensor] = []
        digester._blocks(found, data)
        return tuple(int(one) for one in found)

    data = torch.randint(-(2**63), 2**63 - 1, (words,))
    seen = {sums(data), sums(data.clone())}
    assert len(seen) == 1
    for at in {0, words // 2, words - 1}:
        for bit in (0, 31, 32, 63):
            other = data.clone()
            other.view(torch.uint8)[8 * at + bit // 8] ^= 1 << bit % 8
            seen.add(sums(other))
    signs = data.clone()
    signs[: words // 2 * 2] ^= torch.iinfo(torch.int64).min
    seen.add(sums(signs))
    assert len(seen) == 1 + 4 * len({0, words // 2, words - 1}) + (words > 1)


def test_the_number_of_threads_does_not_matter() -> None:
    tensors = [torch.randn(300, 700 + at) for at in range(30)]
    tensors += [torch.randn(7).double(), torch.randn(5).bfloat16(), torch.arange(9)]
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = Digester(torch, 1).digests(tensors, norm=True)
        torch.set_num_threads(4)
        found = Digester(torch, 1).digests(tensors, norm=True)
        assert found[0] == alone[0]
        assert [norm or 0 for norm in found[1]] == pytest.approx([norm or 0 for norm in alone[1]], rel=1e-3)
    finally:
        torch.set_num_threads(threads)


def test_norms_come_with_the_digests_and_nothing_is_changed() -> None:
    state = torch.get_rng_state()
    tensor = torch.tensor([3.0, 4.0], requires_grad=True)
    _, norms = Digester(torch, 1).digests([tensor, None, torch.tensor([2])], norm=True)
    assert norms == [5.0, None, None]
    for shape in ((1,), (3,), (2 * LANES + 3,), (4 * LANES,)):
        for dtype in (torch.float32, torch.float64, torch.bfloat16):
            data = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)
            (norm,) = Digester(torch, 1).digests([data], norm=True)[1]
            assert norm == pytest.approx(data[: digest.SAMPLE].double().norm().item(), rel=1e-3)
    assert torch.equal(state, torch.get_rng_state())
    assert tensor.requires_grad
    assert tensor.grad is None
