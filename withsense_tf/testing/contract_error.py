"""What a matcher breaks, in a line that needs no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from withsense_tf.common.code_version import complaint
from withsense_tf.errors import WithSenseError, clause, line_of


class ContractError(Exception):
    """Say which part of the contract does not hold, and what was expected."""


@contextmanager
def problems() -> Iterator[None]:
    """Turn whatever a matcher raises into a line that says where in its own code, so that nobody need read traces."""
    try:
        yield
    except ContractError:
        raise
    except (Exception, SystemExit) as error:
        # What the package itself says of an answer is a sentence that needs no name of an error.
        words = clause(error) if isinstance(error, WithSenseError) else line_of(error)
        raise ContractError(f"{complaint(error) or words}.") from error


def require(holds: object, what: str) -> None:
    """Raise a ContractError that says what was expected where it does not hold."""
    if not holds:
        raise ContractError(what)
