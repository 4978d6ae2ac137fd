"""What a matcher breaks, in a line that needs no trace."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Mistakes are in what is checked, where its own code stands in a trace.
PACKAGE = Path(__file__).parents[1]


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
        frames = list(traceback.extract_tb(error.__traceback__))
        own = [frame for frame in frames if _is_ones_own(Path(frame.filename))] or frames
        at = f"{Path(own[-1].filename).name}, line {own[-1].lineno}, in {own[-1].name}"
        raise ContractError(f"it raised {type(error).__name__}: {error} ({at})") from error


def _is_ones_own(file: Path) -> bool:
    """Return whether a file is neither of this package nor of another that is installed."""
    return not file.is_relative_to(PACKAGE) and "site-packages" not in file.parts
