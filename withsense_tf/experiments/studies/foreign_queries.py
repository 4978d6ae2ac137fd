"""Queries that no photo of Flickr8k answers.

`foreign_queries.csv.bz2` has language, kind (foreign, or a near miss: plausible but for one thing) and text, written
after a look at sixty of its photos. `everyday_queries.csv` beside it has what photographers would try on them.
"""

from __future__ import annotations

from withsense_tf.experiments.queries.read_queries import read_packed


def read_foreign_queries() -> dict[str, list[str]]:
    """Return queries that no photo answers: for each language and kind, and each language, its texts."""
    sets: dict[str, list[str]] = {}
    for language, kind, query in read_packed(__package__, "foreign_queries.csv").to_numpy():
        for name in (f"{language}, {kind}", f"{language}, all"):
            sets.setdefault(name, []).append(query)
    return sets
