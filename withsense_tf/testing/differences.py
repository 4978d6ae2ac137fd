"""Numbers that must be the same and are not: by how much, and of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

# Numbers that are computed in another order differ by less.
CLOSE = 1e-4


def is_same(numbers: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether numbers are those that were expected, but for rounding."""
    return numbers.shape == expected.shape and bool(np.allclose(numbers, expected, rtol=0, atol=CLOSE))


def difference(numbers: np.ndarray, expected: np.ndarray, places: Sequence[str]) -> str:
    """Say how far numbers, (n,), are from those that were expected, and of which of n places; nothing if they are not.

    >>> difference(np.array([0.2, 0.5]), np.array([0.2, 0.75]), ["a.jpg", "b.jpg"])
    'b.jpg got 0.5, expected was 0.75 (0.25 apart; at most 0.0001 is allowed; 1 of 2 differ).'
    """
    if is_same(numbers, expected):
        return ""
    if numbers.shape != expected.shape:
        return f"expected were numbers of shape {expected.shape}, got {numbers.shape}."
    apart = np.nan_to_num(np.abs(numbers - expected), nan=np.inf)
    at = int(apart.argmax())
    return (
        f"{places[at]} got {numbers[at]:.6g}, expected was {expected[at]:.6g} ({apart[at]:.2g} apart; at most "
        f"{CLOSE:g} is allowed; {int((apart > CLOSE).sum()):,} of {len(apart):,} differ)."
    )


def learned_difference(thing: object, expected: object, names: Sequence[str]) -> str:
    """Say which numbers that one learned differ from those of another, by attribute; nothing where all are the same."""
    for name in names:
        here, there = (list(_numbers(getattr(one, name, None))) for one in (thing, expected))
        if [one.shape for one in here] != [one.shape for one in there]:
            return f"{name} has another shape."
        for numbers, others in zip(here, there, strict=True):
            scale = max(1.0, float(np.abs(others).max(initial=0.0)))
            if not np.allclose(numbers, others, rtol=0, atol=CLOSE * scale, equal_nan=True):
                return f"{name} is {float(np.nanmax(np.abs(numbers - others))):.2g} apart."
    return ""


def _numbers(value: object) -> Iterator[np.ndarray]:
    """Yield the numbers of a learned value; what is no number, array or list of such says nothing here."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, float | int | np.number) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
    ):
        yield np.asarray(value, np.float64)
