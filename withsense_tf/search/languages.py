"""Whether a model can read a query, and which of its words mean nothing to it."""

from __future__ import annotations

import re
from typing import Final

from withsense_tf.encoders.words import words
from withsense_tf.matchers.forms import SearchForm

CYRILLIC: Final = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)
LATIN: Final = re.compile(r"[a-zà-ɏ]", re.IGNORECASE)


def not_read(text: str, form: SearchForm) -> str | None:
    """Say why a query cannot be answered, where the model reads none of it; else None."""
    unknown = form.unknown(text)
    foreign = CYRILLIC.search(text) and not LATIN.search(text)
    if foreign and (known := form.text.languages) and "Russian" not in known:
        return (
            f"This index reads {' and '.join(known)}, and the query is in another language. Ask in "
            f"{' or '.join(known)}, or build the index with a matcher that reads it (a multilingual SigLIP 2 or "
            "MetaCLIP 2)."
        )
    if unknown and len(unknown) >= len(words(text)):
        return f"No word of the query is known to this index: {', '.join(dict.fromkeys(unknown))}. Say it otherwise."
    if not words(text):
        return "The query has no words. Describe a scene, such as: a dog runs on a beach."
    return None


def not_known(text: str, form: SearchForm) -> str | None:
    """Name the words of a query that are not looked for because the model does not know them."""
    unknown = list(dict.fromkeys(form.unknown(text)))
    if not unknown:
        return None
    return f"Not known to this index, and so not looked for: {', '.join(unknown)}."
