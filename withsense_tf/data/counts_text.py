"""How many photos, captions and judgements a data set has, in a line."""

from __future__ import annotations

from collections.abc import Mapping


def in_words(counts: Mapping[str, int], with_captions: int) -> str:
    """Return the counts of a data set in words, without those that are 0; so many photos have captions of their own.

    Captions of other photos may be there, too, for judges were asked of them.

    >>> in_words({"train_photos": 3, "captions": 5, "pairs": 0, "left_out": 1}, with_captions=2)
    '3 photos, 5 captions (2 photos have some of their own), 1 left out'
    >>> in_words({"train_photos": 3, "test_photos": 1, "captions": 0}, with_captions=0)
    '3 train photos, 1 test photos, no captions'
    """
    rest = {what: count for what, count in counts.items() if count}
    parts = {what: rest.pop(what) for what in [*rest] if what.endswith("photos")}
    if parts.keys() <= {"train_photos"}:
        # One part alone, as in a plain folder, is no part.
        parts = {"photos": sum(parts.values())}
    captions = f"{rest.pop('captions', 0):,} captions" if counts.get("captions") else "no captions"
    if counts.get("captions") and with_captions < sum(parts.values()):
        captions += f" ({with_captions:,} photos have some of their own)"
    before, after = (
        [f"{count:,} {what.replace('_', ' ')}" for what, count in some.items()] for some in (parts, rest)
    )
    return ", ".join([*before, captions, *after])
