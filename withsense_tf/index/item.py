"""What goes into an index: a photo with its captions and columns, as a data set has it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.data.named import own_texts
from withsense_tf.index.vectors.vector_index import Fact

if TYPE_CHECKING:
    import pandas as pd

    from withsense_tf.data.dataset import Dataset

Caption = tuple[str, str]
# Columns that cameras fill, or pixels, or the photo's name, which the law reads by itself. Where a person did, the data
# set has them among its other texts.
BY_MACHINES: Final = frozenset({"camera", "lens", "date", "orientation", "colour", "folder"})


@dataclass(frozen=True)
class Item:
    """A photo: its name, file, the digest of its content, captions (id, text) and columns.

    `other_texts` count for the law alone: texts that belong to the photo but are none of its captions, as a data set
    has them. `unread` is what may speak of it and cannot be read: where it stands, and why. `twins` are other names of
    the same photo, under which it is not in the index; what people decided of them holds for it. `look` is what its
    copies are found by, where it is known already.

    A photo that `adds_captions` is one of the index to which users gave captions: all else is as the index has it.
    """

    name: str
    path: Path
    digest: str
    captions: tuple[Caption, ...] = ()
    other_texts: tuple[Caption, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    twins: tuple[str, ...] = ()
    unread: tuple[Caption, ...] = ()
    look: str = ""
    adds_captions: bool = False

    @property
    def law_texts(self) -> list[Caption]:
        """Return what else is said of the photo, by its names and columns too; what a data set has told, once."""
        own = own_texts(self.name, self.facts.items(), BY_MACHINES)
        twins = [text for twin in self.twins for text in own_texts(twin)]
        return list(dict.fromkeys([*self.other_texts, *own, *twins]))

    @cached_property
    def tag(self) -> str:
        """Return a fingerprint of all that is known of the photo, wherever its file lies; it changes with the photo."""
        content = [
            self.name,
            self.digest,
            self.captions,
            self.other_texts,
            sorted(self.facts.items()),
            self.twins,
            self.unread,
        ]
        text = json.dumps(content, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def items_of(data: Dataset, facts: Mapping[str, Mapping[str, Fact]] | None = None) -> list[Item]:
    """Return the photos of a data set with all that is said of them; `facts` are the columns of each photo.

    A training photo that was left out because it is a test photo under another name, or a copy of one, lends that one
    its texts, as far as the law goes.
    """
    photos = data.photos.drop_duplicates("photo")
    # Photos of corpus_images are there to learn from.
    photos = photos[photos["part"] != "corpus"]
    captions = _by_photo(data.captions)
    others = _by_photo(data.other_texts)
    unread = _by_photo(data.unread.rename(columns={"where": "caption", "reason": "text"}))
    twins = data.twins()
    own = {photo: [*captions.get(photo, []), *others.get(photo, [])] for photo in {*captions, *others}}
    for photo, names in twins.items():
        others.setdefault(photo, []).extend(text for twin in names for text in own.get(twin, ()))
        unread.setdefault(photo, []).extend(line for twin in names for line in unread.get(twin, ()))
    return [
        Item(
            photo,
            Path(path).resolve(),
            digest,
            tuple(captions.get(photo, ())),
            tuple(others.get(photo, ())),
            dict((facts or {}).get(photo, {})),
            tuple(twins.get(photo, ())),
            tuple(unread.get(photo, ())),
            look,
        )
        for photo, path, digest, look in photos[["photo", "path", "digest", "look"]].itertuples(index=False)
    ]


def _by_photo(table: pd.DataFrame) -> dict[str, list[Caption]]:
    texts: dict[str, list[Caption]] = {}
    for caption, photo, text in table[["caption", "photo", "text"]].itertuples(index=False):
        texts.setdefault(photo, []).append((caption, text))
    return texts
