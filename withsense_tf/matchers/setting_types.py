"""Values from files, the command line and Python: whether they are of the kind that a setting takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, Final

from withsense_tf.encoders.base import Encoder
from withsense_tf.encoders.make_encoder import text_encoder
from withsense_tf.encoders.vectors.store import check_store
from withsense_tf.errors import SettingError, check_kind, shown
from withsense_tf.matchers.photo_features import photo_encoders

KINDS: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
}
# All, none, or so many: whatever a matcher of others says of its kind.
COUNTS: Final = frozenset({"captioned"})
PLURALS: Final[dict[type, str]] = {int: "whole numbers", float: "numbers", str: "texts"}


def check_type(setting: str, value: object, default: object, annotation: str = "") -> None:
    """Raise if `value` is not of the kind of the setting's default; `annotation` tells where the default is None.

    A whole number does for a number with decimals, and a list for a sequence. An object, such as an encoder that
    was made in Python, is left to whom it is for.

    >>> check_type("two_tower.judged_weight", 1, 1.0)
    >>> check_type("two_tower.dim", "abc", 256)
    Traceback (most recent call last):
    withsense_tf.errors.SettingError: two_tower.dim must be a whole number, got 'abc'. The default is 256.
    """
    if setting.rpartition(".")[2] in COUNTS:
        if not isinstance(value, bool | int) or value < 0:
            raise SettingError(f"{setting} must be true, false or a number of photos, got {shown(value)}.")
        return
    if default is None and "str" not in annotation.replace("|", " ").split():
        return
    kind: type = str if default is None else type(default)
    if kind in KINDS:
        description, fits = KINDS[kind], _is(value, kind)
        if kind is str and "Photos" in annotation.split():
            description, fits = "a text or a list of texts", fits or _are(value, str)
        if kind is str and _is_object(value):
            return
    elif isinstance(default, Sequence):
        inner = {type(item) for item in default}
        item = inner.pop() if len(inner) == 1 else object
        description = f"a list of {PLURALS[item]}" if item in PLURALS else "a list"
        fits = _are(value, item)
    else:
        return
    if not fits:
        usual = "" if default is None else f" The default is {_usual(default)}."
        if description.startswith("a list of texts"):
            usual += ' Write it as ["a", "b"].'
        raise SettingError(f"{setting} must be {description}, got {shown(value)}.{usual}")


def check_settings_of(matcher: Any) -> None:
    """Raise where a matcher's setting is not of the kind that its signature tells, or cannot be."""
    check_store(getattr(matcher, "store", None))
    if kind_of_training := getattr(matcher, "training_kind", None):
        name, kinds = kind_of_training.__name__, (kind_of_training, NoneType)
        advice = f"pass {name}() of {kind_of_training.__module__}"
        check_kind("training=", matcher.training, kinds, f"a {name}", advice)
    for name, one in inspect.signature(type(matcher)).parameters.items():
        value, kind = getattr(matcher, name, None), str(one.annotation)
        # Of a default alone nothing follows: 1 may stand for a number with decimals.
        is_told = kind == type(one.default).__name__ or kind.startswith("Sequence[")
        if is_told and value is not None and not _is_object(value):
            check_type(name, value, one.default, kind)
        # What is not known or not here is not to be met after captions were learned from or photos encoded.
        names = {part.strip().rpartition(".")[2] for part in kind.split("|")}
        several = value if isinstance(value, list | tuple) else [value]
        wrong = (type,) if "None" in names else (type, NoneType)  # stands where a name should
        if all(isinstance(part, (str, Encoder, *wrong)) for part in several):
            if names & {"Photos", "PhotoEncoder"}:
                _check_encoders(name, "photo", photo_encoders, value)
            if "TextEncoder" in names:
                _check_encoders(name, "text", lambda one: [text_encoder(one)], value)
    matcher.check_settings()


def _check_encoders(setting: str, usual: str, make: Callable[[Any], Sequence[Encoder]], value: Any) -> None:
    try:
        for encoder in [value] if isinstance(value, Encoder) else make(value):
            encoder.check_here()
    except SettingError as error:
        raise type(error)(re.sub(f"^{usual}=", f"{setting}=", str(error))) from error


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return kind in (bool, object)
    return isinstance(value, (int, float) if kind is float else kind)


def _are(value: object, kind: type) -> bool:
    # A text is a sequence, too, but never a list of texts.
    return isinstance(value, list | tuple) and all(_is(item, kind) or _is_object(item) for item in value)


def _is_object(value: Any) -> bool:
    """Return whether a value cannot have come from a file or the command line."""
    return value is not None and not isinstance(value, bool | int | float | str | list | tuple | dict)


def _usual(default: object) -> str:
    return repr(list(default)) if isinstance(default, tuple) else repr(default)
