"""Which captions belong to which photo, as matchers may use them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from itertools import compress
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from withsense_tf.common.fingerprints import LastMade, made_once
from withsense_tf.common.terminal import waiting
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.texts.caption_space import MOST_REMEMBERED, CaptionSpace
from withsense_tf.errors import DataError, SettingError

# With so many captions of other photos, those of the training photos add nothing but time.
ENOUGH: Final = 5_000
# Fitting on a large corpus takes seconds, and every fold would do it anew.
KEPT_SPACES: Final = 4
_spaces = LastMade[CaptionSpace](KEPT_SPACES)
# All matchers of a fold ask which photos may train beside its pairs, several times each.
_captioned: WeakKeyDictionary[Pairs, dict[tuple[bool, int, int], pd.DataFrame]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Examples:
    """Photos to learn from, each once: their rows' content, path, and captions with their weights.

    `owner` gives each caption's photo as a position in `content`; a photo may have several captions. `captioned` says
    which photos have captions alone and are in no pair.
    """

    content: tuple[str, ...]
    paths: tuple[str, ...]
    texts: tuple[str, ...]
    owner: np.ndarray
    weight: np.ndarray
    captioned: np.ndarray

    def only(self, photos: np.ndarray) -> Examples:
        """Return the examples of some photos, (photos,) of yes and no."""
        rows = photos[self.owner]
        return Examples(
            tuple(compress(self.content, photos)),
            tuple(compress(self.paths, photos)),
            tuple(compress(self.texts, rows)),
            (np.cumsum(photos) - 1)[self.owner[rows]],
            self.weight[rows],
            self.captioned[photos],
        )


def captions_of(data: Dataset) -> pd.DataFrame:
    """Return the captions (caption, photo, text) whose photo is in the data set."""
    captions = data.captions
    return captions[captions["photo"].isin(data.content.index)][["caption", "photo", "text"]]


def captioned_photos(pairs: Pairs, captioned: bool | int = True, seed: int = 0) -> pd.DataFrame:
    """Return the photos (photo, content, path) that have captions and no judgements, and may train beside the pairs.

    A copy of a photo that was judged or is tested trains only where that one does: it may be what is measured on.
    Of `captioned`, a number takes that many, drawn by the seed: fewer are among more, and folds share them.
    """
    if not isinstance(captioned, bool | int | np.integer) or captioned < 0:
        raise SettingError(f"captioned must be true, false or a number of photos, got {captioned!r}.")
    key, tables = (isinstance(captioned, bool), int(captioned), seed), _captioned.setdefault(pairs, {})
    if key not in tables:
        tables[key] = _captioned_photos(pairs, captioned, seed)
    return tables[key].copy()


def _captioned_photos(pairs: Pairs, captioned: bool | int, seed: int) -> pd.DataFrame:
    photos = pairs.data.photos.assign(content=pairs.data.photos["digest"], group=pairs.data.groups.to_numpy())
    is_captioned = photos["part"] == "corpus"
    elsewhere = set(photos.loc[~is_captioned, "group"]) - set(pairs.group)
    lot = photos.loc[is_captioned, "content"].drop_duplicates().sort_values()
    lot = lot.iloc[np.random.default_rng(seed).permutation(len(lot))]
    photos = photos[
        is_captioned
        & ~photos["group"].isin(elsewhere)
        & photos["photo"].isin(pairs.data.captions["photo"].unique())
    ]
    if not isinstance(captioned, bool):
        # A judged photo under another name is no further one.
        further = lot[lot.isin(photos["content"]) & ~lot.isin(pairs.content)]
        photos = photos[photos["content"].isin(further.iloc[:captioned])]
    return photos.loc[[] if captioned is False else photos.index, ["photo", "content", "path"]]


def training_examples(pairs: Pairs, captioned: bool | int = False, seed: int = 0) -> Examples:
    """Return the training photos with the captions that tell what they show.

    `captioned` adds those without judgements: all of them, or so many, drawn by the seed.

    These are their own captions. A photo that has none in the data gets the judged ones, each by the square of
    its target: what judges found fitting tells what is there, and what half fits tells little.
    """
    table = pairs.table.assign(content=pairs.content)
    photos = table.drop_duplicates("photo").set_index("photo")["content"]
    own = captions_of(pairs.data)
    own = own[own["photo"].isin(photos.index)].assign(weight=1.0)
    rows = own.assign(content=own["photo"].map(photos))
    judged_rows = table[~table["content"].isin(rows["content"])]
    judged_rows = judged_rows.assign(weight=judged_rows["target"] ** 2)
    rows = pd.concat([rows, judged_rows[judged_rows["weight"] > 0]])[["content", "text", "weight"]]
    paths = table[["content", "path"]]
    if captioned:
        others = captioned_photos(pairs, captioned, seed)
        captions = captions_of(pairs.data).merge(others[["photo", "content"]], on="photo").assign(weight=1.0)
        rows = pd.concat([rows, captions[["content", "text", "weight"]]])
        paths = pd.concat([paths, others[["content", "path"]]])
    if not len(rows):
        raise DataError(
            "No training photo has a caption of its own, and no judged caption fits: nothing to learn from."
        )
    content, owner = np.unique(rows["content"].to_numpy(str), return_inverse=True)
    path = paths.drop_duplicates("content").set_index("content")["path"]
    return Examples(
        tuple(content.tolist()),
        tuple(path.loc[content].astype(str)),
        tuple(rows["text"]),
        owner,
        rows["weight"].to_numpy(np.float64),
        ~np.isin(content, pairs.content),
    )


def fit_texts(encoder: TextEncoder, pairs: Pairs) -> TextEncoder:
    """Return a text encoder that learned from training texts: most of them from those of the training pairs.

    A caption space learns which captions belong to one photo, from captions of other photos and the training photos'
    own. Where the data has a large corpus of the former, it learns from those alone, and once for all folds.
    """
    if not isinstance(encoder, CaptionSpace):
        return deepcopy(encoder).fit(pairs.texts)
    texts, groups = texts_to_learn_from(pairs)
    if not texts:
        texts = pairs.table.drop_duplicates("text")["text"].tolist()
        groups = texts
    return _fit_space(encoder, texts, groups, pairs.data.captions["text"].unique().tolist())


def texts_to_learn_from(pairs: Pairs) -> tuple[list[str], list[str]]:
    """Return captions that may be learned from, each with its photo: of other photos, and the training photos' own.

    A large corpus of the former is enough.
    """
    captions = pairs.data.captions
    corpus = captions[captions["part"] == "corpus"]
    photos = pairs.data.photos
    here = photos.loc[photos["part"] == "corpus", "photo"]
    # Captions of a copy of a photo that is measured on would tell of it.
    corpus = corpus[~corpus["photo"].isin(set(here) - set(captioned_photos(pairs)["photo"]))]
    if len(corpus) < ENOUGH:
        own_photos = pairs.table["photo"].unique()
        own = captions[captions["photo"].isin(own_photos) & (captions["part"] != "corpus")]
        corpus = pd.concat([corpus, own])
    return corpus["text"].tolist(), corpus["photo"].tolist()


def lesson_texts(pairs: Pairs) -> set[str]:
    """Return all texts that any matcher may learn from, case-folded: those of the pairs, and captions."""
    captions = pairs.data.captions
    own = captions.loc[captions["photo"].isin(pairs.table["photo"]), "text"]
    return {text.casefold() for text in (*pairs.texts, *own, *texts_to_learn_from(pairs)[0])}


def _fit_space(
    space: CaptionSpace, texts: Sequence[str], groups: Sequence[str], every: Sequence[str]
) -> CaptionSpace:
    """Return a space that learned from texts and their photos, and has the points of every text of the data.

    Trainings that share it ask for texts in any order, and by rounding a point hangs on what is asked for beside it.
    That holds for data of up to `MOST_REMEMBERED` different texts; points of more would take too much memory.
    """
    corpus = "\n".join(f"{group}\t{text}" for group, text in zip(groups, texts, strict=True))
    content = "\0".join((corpus, *every)).encode(errors="surrogatepass")
    key = f"{space.identity} {sha256(content).hexdigest()}"

    def make() -> CaptionSpace:
        with waiting("Learning from the captions"):
            fitted_space = deepcopy(space).fit(texts, groups)
            # Words alone give a text the same point in any company.
            if fitted_space.vectors is not None and len(every) <= MOST_REMEMBERED:
                fitted_space.keep(every)
        return fitted_space

    return _spaces.get(key, lambda: made_once(key, make))
