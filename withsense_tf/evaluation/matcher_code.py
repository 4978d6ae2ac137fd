"""Which code makes a matcher's figures: that of this package, and of what others add to it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from withsense_tf.common.code_version import code_of, foreign_bases
from withsense_tf.common.plugins import Plugins
from withsense_tf.common.saved_objects import NOT_SAVED, Saveable
from withsense_tf.encoders.registry import PHOTO_ENCODERS, TEXT_ENCODERS
from withsense_tf.errors import SettingError
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.registry import MATCHERS

# What a setting may name, of this package or of another one.
NAMED: Final[tuple[Plugins[Any], ...]] = (MATCHERS, PHOTO_ENCODERS, TEXT_ENCODERS)


def matcher_code(matcher: Matcher) -> str:
    """Name the code of a matcher, and of all that its settings hold or name, as encoders."""
    return code_of(dict.fromkeys(_classes_of(matcher, frozenset())))


def _classes_of(value: object, around: frozenset[int]) -> Iterator[type]:
    """Yield the classes of a setting and of the settings that it has itself; `around` are the objects that hold it."""
    if id(value) in around:
        return
    around |= {id(value)}
    if isinstance(value, str):
        yield from _named_by(value)
    elif isinstance(value, Mapping):
        yield from _classes_in(value.values(), around)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from _classes_in(value, around)
    elif value is not None:
        kind = value if isinstance(value, type) else type(value)
        yield kind
        if isinstance(value, Saveable) or (foreign_bases(kind) and kind is not value):
            yield from _classes_in(_settings_of(value), around)


def _classes_in(values: Iterable[object], around: frozenset[int]) -> Iterator[type]:
    for value in values:
        yield from _classes_of(value, around)


def _settings_of(value: object) -> Iterator[object]:
    try:
        names = inspect.signature(type(value)).parameters
    except (TypeError, ValueError):
        return  # one of C, which does not say what it takes
    yield from (getattr(value, name, None) for name in names if name not in NOT_SAVED)


def _named_by(text: str) -> Iterator[type]:
    """Yield the classes of other packages that a text names, as "brightness" or "tfidf+letters:SOURCE" do."""
    for part in re.split(r"\+", text):
        name = part.strip().partition(":")[0]
        for plugins in NAMED:
            if name in plugins.names() and name not in plugins.built_in:
                try:
                    yield plugins.load(name)
                except SettingError:
                    continue  # what cannot be loaded makes no figures: whoever needs it says so
