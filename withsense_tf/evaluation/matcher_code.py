"""Which code makes a matcher's figures: that of this package, and of what others add to it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import chain
from typing import Final

from withsense_tf.common.code_version import code_of, foreign_bases
from withsense_tf.common.saved_objects import NOT_SAVED, Saveable
from withsense_tf.encoders.registry import PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import MATCHERS

ENCODERS: Final = ("photo", "text")


def matcher_code(matcher: Matcher) -> str:
    """Name the code of a matcher, and of all that its settings hold or name, as encoders."""
    return code_of(_classes_of(matcher, frozenset()))


def _classes_of(value: object, around: frozenset[int]) -> Iterator[type]:
    """Yield the classes of a setting and of the settings that it has itself; `around` are the objects that hold it."""
    parts: list[object] = []
    if isinstance(value, str):
        # "brightness", or "tfidf+letters:SOURCE".
        names = [part.strip().partition(":")[0] for part in value.split("+")]
        for plugins in (MATCHERS, PHOTO_ENCODERS, TEXT_ENCODERS):
            yield from (
                plugins.load(one) for one in names if one in plugins.names() and one not in plugins.built_in
            )
    elif isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    else:
        kind = value if isinstance(value, type) else type(value)
        yield kind
        if kind is not value and (issubclass(kind, Saveable) or foreign_bases(kind)):
            # Not `signature(kind)`, which raises for classes of other packages that are written in C.
            settings = set(inspect.signature(kind.__init__).parameters) - NOT_SAVED  # type: ignore[misc]  # as above
            values = {name: getattr(value, name, None) for name in sorted(settings)}
            # Of our own, these alone name what others may have added: "ridge" is a kind of line, whoever has a "ridge".
            is_ours = not foreign_bases(kind)
            parts = [
                one
                for name, one in values.items()
                if name in ENCODERS or not (is_ours and isinstance(one, str))
            ]
    around |= {id(value)}
    yield from chain.from_iterable(_classes_of(part, around) for part in parts if id(part) not in around)
