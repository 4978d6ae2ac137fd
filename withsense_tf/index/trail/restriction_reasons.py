"""Why photos are restricted, in a few words each, and what shows one that is restricted wrongly.

That is for those who look after photos, or hold the index: a stranger is told neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from withsense_tf.policy.overrides import RELEASE
from withsense_tf.policy.photo_decisions import (
    CLASSIFIER,
    DUPLICATE,
    NO_CAPTIONS,
    SHOWS,
    UNREAD,
    PhotoDecision,
)

# How it is said what a photo from outside shows: in Python, and in a terminal.
SAYS: Final = 'says="a dog on a beach"'
TYPED_SAYS: Final = '--says "a dog on a beach"'
# By how the source of a decision begins; what is none of these is said as it stands.
REASONS: Final = {
    NO_CAPTIONS: "no caption says what they show",
    "captions": "by their captions",
    "texts": "by their names, keywords, columns or other texts",
    UNREAD: "what may speak of them cannot be read",
    DUPLICATE: "copies of restricted photos",
    SHOWS: "with a restricted photo in them",
    "override": "by what people decided",
    CLASSIFIER: "by a judge of photos",
}
# What begins the rule by which a photo from outside is refused that looks like one of the index.
LIKE: Final = "like "
UNHEARD: Final = "What you say of a photo counts only where the index does not have it."
KEYWORDS_ALONE: Final = "keywords alone, which do not say who is there"


def reason_of(source: str, has_keywords: bool = False) -> str:
    """Return why a photo is restricted, by the source of its decision; it may have keywords that are no caption.

    >>> reason_of("duplicate of a.jpg"), reason_of("no captions", has_keywords=True)
    ('copies of restricted photos', 'keywords alone, which do not say who is there')
    """
    if source == NO_CAPTIONS and has_keywords:
        return KEYWORDS_ALONE
    return next((reason for kind, reason in REASONS.items() if source.startswith(kind)), source)


def evidence_of(decision: PhotoDecision, keywords: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the evidence of a decision; where no caption says what the photo shows, its keywords by name."""
    if decision.source == NO_CAPTIONS and (own_keywords := keywords.get(decision.photo)):
        return (*decision.evidence, f"keywords: {', '.join(own_keywords)}")
    return decision.evidence


def kept_back(source: str, is_outside: bool = False, says: str = "") -> str:
    """Say why a photo may not be the query of a search, and what helps; `is_outside`, the index does not have it."""
    if source == NO_CAPTIONS and is_outside:
        why = (
            "This file is no photo of the index, and no caption in it says what it shows: the law takes it for one "
            "that may show a child."
        )
    elif source == NO_CAPTIONS:
        why = "No caption says what this photo shows, and the law takes it for one that may show a child."
    else:
        # No name of another photo that is kept back, which a source may have.
        how = ", by what is said of it" if source in ("captions", "texts") else ""
        how = ", as the index has one like it that is restricted" if source.startswith(LIKE) else how
        why = f"The law keeps this photo back here{how}."
    unheard = f" {UNHEARD}" if says.strip() and not is_outside else ""
    return f"{why}{unheard} {what_helps(source if is_outside else '')}"


def what_helps(outside: str = "") -> str:
    """Say what shows photos that are restricted wrongly; `outside` is why one is that the index does not have.

    Such a one is judged by what who asks says of it. Others need a person's decision.
    """
    return f"Say what it shows: {SAYS}." if outside == NO_CAPTIONS else RELEASE
