"""What a matcher breaks, in a line that needs no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from withsense_tf.errors import line_of


class ContractError(Exception):
    """Say which part of the contract does not hold, and what was expected."""


@contextmanager
def problems() -> Iterator[None]:
    """Turn whatever a matcher raises into a line that says where in its own code, so that nobody need read traces."""
    try:
        yield
    except ContractError:
        raise
    except Exception as error:
        raise ContractError(f"it raised {line_of(error)}") from error
