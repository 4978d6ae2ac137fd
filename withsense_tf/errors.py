"""The errors that withsense_tf raises on purpose, each also a usual one of Python where one fits.

A message says what happened, what was expected, what was received, and what to do.
"""

from __future__ import annotations

import difflib
import errno
import math
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from numbers import Integral, Real
from pathlib import Path
from typing import Final

from withsense_tf.file_access import disk_is_read_only, no_rights

MOST_SHOWN: Final = 200  # signs of what was received, in a message
# Where a sentence was put into another one, and both have their full stop.
TWO_STOPS: Final = re.compile(r"(?<![.\s/])\.\.(?=\s|$)")


class _OneStop:
    """What is raised is read as sentences, and each ends in one full stop, whatever it was put together from."""

    def __str__(self) -> str:
        return TWO_STOPS.sub(".", super().__str__())


class WithSenseError(_OneStop, Exception):
    """Everything that withsense_tf raises on purpose."""


class DataError(WithSenseError, ValueError):
    """A file, folder or table is not what was expected."""


class NoCaptionsError(DataError):
    """There are neither judgements nor captions to learn from."""


class OtherLawError(DataError):
    """An index was judged by another law than the one here; `advice` says what mends that, and of no path."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class ForeignError(DataError):
    """What another package adds did not do what it must."""


class SettingError(WithSenseError, ValueError):
    """An argument has a value that the package does not know."""


class WeightsMissingError(SettingError):
    """Pre-trained weights are not on this machine and cannot be downloaded; what needs them cannot run."""


class KindError(SettingError, DataError, TypeError):
    """An argument is of another kind than is expected, such as a list of texts in the place of pairs."""


class DiskError(WithSenseError, OSError):
    """A disk is full, or may only be read: what was to be written is not there, and what was there is as before."""


class RightsError(DiskError, PermissionError):
    """A file may not be read or written by who runs this: nothing was changed, and nothing is answered without it."""


class NotFittedError(WithSenseError, ValueError, AttributeError):
    """A matcher or encoder is used before it is fitted (bases as in scikit-learn)."""


class WithSenseWarning(_OneStop, UserWarning):
    """The work goes on, but the user should know something."""


class DataWarning(WithSenseWarning):
    """Rows or photos were left out while loading."""


class PublishedTestWarning(WithSenseWarning):
    """Photos of a published test split are used for training."""


def shown(received: object) -> str:
    """Write what was received as Python does, cut where it is longer than a message can hold.

    >>> shown("mobilnet"), shown("a" * 1000)[-24:]
    ("'mobilnet'", "aaaaaa'... (1,000 signs)")
    """
    if isinstance(received, str) and len(received) > MOST_SHOWN:
        return f"{received[:MOST_SHOWN]!r}... ({len(received):,} signs)"
    try:
        text = repr(received)
    except Exception:  # a foreign object's own; and Python refuses to write a number of a million digits
        return f"a {type(received).__name__}"
    if "\n" in text:
        return f"a {type(received).__name__}"  # tables and arrays
    return text if len(text) <= 2 * MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def some_of(names: Sequence[str], most: int, between: str = ", ") -> str:
    """List the first of some names, and say how many more there are.

    >>> some_of(["a.jpg", "b.jpg"], 2), some_of(["a.jpg", "b.jpg", "c.jpg"], 2)
    ('a.jpg, b.jpg', 'a.jpg, b.jpg and 1 more')
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return between.join(names[:most]) + more


def check_kind(
    what: str, received: object, kind: type | tuple[type, ...], expected: str, advice: str = ""
) -> None:
    """Raise if `received` is not of that kind; `expected` names what is, and `advice` says how to get it.

    >>> check_kind("predict", ["a dog"], dict, "pairs", "pass ws.relevance(data)")
    Traceback (most recent call last):
    withsense_tf.errors.KindError: predict expects pairs, got list ['a dog']: pass ws.relevance(data).
    """
    if isinstance(received, kind):
        return
    kind_name = type(received).__name__
    if isinstance(received, type):
        kind_name = f"the class {received.__name__} (did you forget the brackets?)"
    elif isinstance(received, str | bytes | Real | list | tuple | dict):
        kind_name += f" {shown(received)}"  # others, such as tables, may print themselves over many lines
    # What a function returned beside other things, or the side of a split.
    parts = received if isinstance(received, list | tuple) else [getattr(received, "train", received)]
    if any(isinstance(part, kind) and not isinstance(part, str | Path) for part in parts):
        advice = "it is one of the things in there, so unpack them first: `data, removed = policy.split(data)`, or "
        advice += "`train, test = ws.split_by_photo(pairs)`"
    raise KindError(f"{what} expects {expected}, got {kind_name}{f': {advice}' if advice else ''}.")


def line_of(error: BaseException, kind: type = object) -> str:
    """Return an error with the line it came from: of the module of a class, else of one's own code, but not of ours."""
    frames = [(Path(one.filename), one) for one in traceback.extract_tb(error.__traceback__)]
    package, module = Path(__file__).parent, getattr(sys.modules[kind.__module__], "__file__", "")
    frames = [(file, one) for file, one in frames if one.filename == module or package not in file.parents]
    lines = [one for file, one in frames if one.filename == module] or [
        one for file, one in frames if "site-packages" not in file.parts
    ]
    where = [
        f" ({Path(line.filename).name}, line {line.lineno}, in {line.name})"
        for line in lines or [one for _, one in frames]
    ]
    words = clause(" ".join(str(error).split()))
    return f"{type(error).__name__}{f': {words}' if words else ''}{''.join(where[-1:])}"


def clause(text: object) -> str:
    """Return a message without the full stop at its end, to be put into a sentence.

    >>> clause(ValueError("It is torn.")), clause("and so on ...")
    ('It is torn', 'and so on ...')
    """
    words = str(text)
    return words[:-1] if words.endswith(".") and not words.endswith("..") else words


FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# NumPy says only how much it could not write, and HDF5 has the system's words among its own.
WITHOUT_NUMBER: Final = re.compile(
    r"\d+ requested and \d+ written|.*(No space left on device|Disk quota exceeded).*", re.DOTALL
)
RAN_OUT: Final = 8  # TensorFlow's number of memory and disks alike: its words alone tell which


def disk_trouble(error: BaseException, place: object = None) -> str | None:
    """Say what is full or may only be read, and what to do; None where an error says nothing of that."""
    # Of a copy, the second name is that of the place.
    file = getattr(error, "filename2", None) or getattr(error, "filename", None)
    where = file or place or "what was to be written"
    number = getattr(error, "errno", None)
    if number == errno.EROFS:
        # A draft beside a file is nothing that a person knows of.
        return disk_is_read_only(place if isinstance(place, Path) else where)
    if _is_full(error):
        limit = ", or no file may be so large (ulimit -f)" if number == errno.EFBIG else ""
        return f"No space left on the disk for {where}{limit}: free some. Nothing that was there is lost; run it again."
    return None if error.__cause__ is None else disk_trouble(error.__cause__, place)


def _is_full(error: BaseException) -> bool:
    """Decide by the kind and number of an error: anybody's may have the words."""
    if isinstance(error, OSError):
        by_words = error.errno is None and WITHOUT_NUMBER.fullmatch(str(error))
        return error.errno in FULL or bool(by_words)
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return getattr(error, "error_code", 0) == RAN_OUT and "No space left on device" in str(error)


@contextmanager
def on_disk(place: object) -> Iterator[None]:
    """Raise a DiskError that names the place where the block cannot write: a full or read-only disk, no rights."""
    try:
        yield
    except WithSenseError:
        raise
    except PermissionError as error:
        raise RightsError(no_rights(error, place)) from error
    except Exception as error:
        message = disk_trouble(error, place)
        if message is None:
            raise
        raise DiskError(message) from error


# A name is suggested that shares so much of its letters with what was typed; "dense" is not near to "ridge" (.4).
NEAR: Final = 0.6
BEGINNING: Final = 3  # so many letters tell which is meant


def check_choice(setting: str, received: object, known: Iterable[str]) -> str:
    """Return `received` if it is one of the `known` names, else raise with the nearest one.

    >>> check_choice("photo", "mobilenet_v2", ["mobilenet_v2", "resnet50"])
    'mobilenet_v2'
    >>> check_choice("photo", "mobilnet", ["mobilenet_v2", "resnet50"])
    Traceback (most recent call last):
    withsense_tf.errors.SettingError: photo='mobilnet' is not known. Did you mean 'mobilenet_v2'? Known: \
mobilenet_v2, resnet50.
    """
    names = list(known)
    if isinstance(received, str) and received in names:
        return received
    text = received[:MOST_SHOWN] if isinstance(received, str) else ""
    near = difflib.get_close_matches(text, names, n=1, cutoff=NEAR)
    if not near and len(text) >= BEGINNING:
        near = [name for name in names if name.casefold().startswith(text.casefold())]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise SettingError(
        f"{setting}={shown(received)} is not known.{hint} Known: {', '.join(names) or 'none'}."
    )


def check_share(setting: str, received: object, ends: bool = False) -> float:
    """Return `received` if it is a number between 0 and 1 (with `ends`, also 0 or 1), else raise.

    >>> check_share("test_share", 0.3)
    0.3
    """
    number = math.nan
    with suppress(OverflowError):  # a whole number of a thousand digits
        number = math.nan if isinstance(received, bool) or not isinstance(received, Real) else float(received)
    if 0 < number < 1 or (ends and number in (0, 1)):
        return number
    range_text = "from 0 to 1" if ends else "between 0 and 1 (both excluded)"
    raise SettingError(f"{setting} must be a number {range_text}, got {shown(received)}.")


def check_whole(setting: str, received: object, least: int = 1) -> int:
    """Return `received` if it is a whole number that is not too small, else raise.

    >>> check_whole("folds", 10, 2)
    10
    """
    if isinstance(received, bool) or not isinstance(received, Integral) or received < least:
        raise SettingError(f"{setting} must be a whole number of at least {least:,}, got {shown(received)}.")
    return int(received)


def check_seed(seed: object) -> int:
    """Return `seed` if it is a whole number that every library here takes, else raise.

    >>> check_seed(7)
    7
    """
    number = -1 if isinstance(seed, bool) or not isinstance(seed, Integral) else int(seed)
    if 0 <= number < 2**32:
        return number
    raise SettingError(f"seed must be a whole number from 0 to {2**32 - 1}, got {shown(seed)}.")
