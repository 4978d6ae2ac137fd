"""Photos to be ranked, and the queries that they are ranked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from withsense_tf.data.dataset import Dataset, Pairs, check_dataset
from withsense_tf.errors import DataError, check_kind, shown, some_of


def check_photo_names(what: str, names: Collection[str], data: Dataset) -> set[str]:
    """Return names of photos as a set; raise for what is none, and for a photo that the data set has not."""
    kind = () if isinstance(names, str) else Collection  # a name has letters, and is no list
    check_kind(what, names, kind, "a list of names of photos")
    there = set(data.photos["photo"])
    for name in names:
        check_kind(what, name, str, "a list of names of photos")
        if name not in there:
            raise DataError(
                f"{what} takes photos of {data.name!r}, not {shown(name)}: data.photos has their names."
            )
    return set(names)


@dataclass(frozen=True, eq=False, repr=False)
class Gallery:
    """Photos to be ranked: those of a data set that `names` names, in the order in which their scores come."""

    data: Dataset
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        check_dataset("Gallery", self.data)
        if not check_photo_names("Gallery", self.names, self.data):
            raise DataError(f"A gallery takes photos of {self.data.name!r}, not none at all.")

    @cached_property
    def _photos(self) -> pd.DataFrame:
        return self.data.photos.drop_duplicates("photo").set_index("photo")

    @cached_property
    def content(self) -> list[str]:
        """Return the digest of each photo's file."""
        return self._photos.loc[list(self.names), "digest"].tolist()

    @cached_property
    def paths(self) -> list[Path]:
        """Return where each photo lies."""
        return [Path(path) for path in self._photos.loc[list(self.names), "path"]]

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"Gallery({len(self):,} photos of {self.data.name})"


@dataclass(frozen=True, eq=False, repr=False)
class Queries:
    """Texts to look for.

    - `texts`: the words of each
    - `captions`: for each the id of the caption that it is, or "" where it is none
    - `typed`: a user has typed them, so captions of the same words count; else such a caption does not count for its
      photo, as if it were the query itself: a measured query comes from captions
    """

    texts: tuple[str, ...]
    captions: tuple[str, ...]
    typed: bool = False

    @classmethod
    def of(cls, texts: Sequence[str], captions: Sequence[str] | None = None, typed: bool = False) -> Queries:
        """Make queries of texts, with the ids of those that are captions."""
        if isinstance(texts, str):
            raise DataError(f"Queries are several texts, got one: pass [{shown(texts)}].")
        for some in (texts, captions) if captions is not None else (texts,):
            check_kind("Queries", some, Sequence, "a list of texts")
            for one in some:
                check_kind("Queries", one, str, "a list of texts")
        return cls(tuple(texts), tuple(captions) if captions is not None else ("",) * len(texts), typed)

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.captions):
            raise DataError(
                f"Queries need a caption's id, or '', for each of {len(self.texts)} texts, got {len(self.captions)}."
            )

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"Queries({some_of([*map(repr, self.texts)], 3)})"


def cross_pairs(gallery: Gallery, queries: Queries) -> Pairs:
    """Return each query beside each photo, query by query, for matchers that know pairs alone."""
    photos, texts = len(gallery), len(queries)
    table = pd.DataFrame(
        {
            "photo": np.tile(np.array(gallery.names, object), texts),
            "caption": np.repeat(np.array(queries.captions, object), photos),
            "text": np.repeat(np.array(queries.texts, object), photos),
            "path": np.tile(np.array([str(path) for path in gallery.paths], object), texts),
            "target": 0.0,
            "weight": 1.0,
            "source": "",
        }
    )
    return Pairs(gallery.data, table, "none: these pairs are only ranked")
