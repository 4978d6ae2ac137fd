"""What is handed to an encoder: several texts, or photo files; anything else is an error that says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.words import check_several
from withsense_tf.errors import check_kind

TEXTS: Final = "a list of texts"
FILES: Final = "a list of photo files"


def check_texts(what: str, texts: object) -> None:
    """Raise for what is no list of texts; what can be read only once is not looked into."""
    check_kind(what, texts, Iterable, TEXTS)
    check_several(texts)  # type: ignore[arg-type]  # it is one
    for text in texts if isinstance(texts, Collection) else ():
        check_kind(what, text, str, TEXTS)


def photo_files(what: str, paths: Sequence[str | Path]) -> list[Path]:
    """Return photo files as paths; raise for what is no list of such."""
    is_one = isinstance(paths, str | Path)
    check_kind(what, paths, () if is_one else Iterable, FILES, f"pass [{paths!r}]" if is_one else "")
    for path in paths:
        check_kind(what, path, (str, Path), FILES)
    return [Path(path) for path in paths]


def of_texts(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of an encoder that looks first whether it is handed texts."""

    @wraps(method)
    def checked_method(encoder: Any, texts: Any, *others: Any, **settings: Any) -> Any:
        check_texts(method.__name__, texts)
        return method(encoder, texts, *others, **settings)

    return checked_method
