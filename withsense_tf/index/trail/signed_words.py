"""What may stand in the trail as a name or a reason: words that can be seen, whoever writes them there."""

from __future__ import annotations

from typing import Final
from unicodedata import category

from withsense_tf.errors import SettingError

MOST_SIGNS: Final = 500


def without_control_signs(text: str) -> str:
    """Return a text; one with signs that no file of decisions can hold, and nobody can see, is refused."""
    if any(category(sign) == "Cc" and sign not in "\t\r\n" for sign in text):
        raise ValueError("it must hold no control signs")
    return text


def signed_words(what: str, text: str) -> str:
    """Return a name or a reason as it is written down; one without words that can be seen is an error.

    >>> signed_words("--reason", " He asked. ")
    'He asked.'
    """
    words = text.strip()
    try:
        without_control_signs(words)
        if not words or len(words) > MOST_SIGNS:
            raise ValueError(f"it has {len(words):,} signs that are not blank")
    except ValueError as error:
        raise SettingError(
            f"{what} cannot be written into the trail: {error}. Expected are 1 to {MOST_SIGNS} signs that can be seen. "
            "Nothing was changed."
        ) from error
    return words
