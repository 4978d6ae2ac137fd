"""Captions alone -> pairs to learn from: each photo beside its own captions, and beside captions of other photos."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from withsense_tf.common.words import is_keyword_list, without_marks
from withsense_tf.data.dataset import Dataset, Pairs, check_dataset
from withsense_tf.data.gallery import check_photo_names
from withsense_tf.data.split import DrawnPairs
from withsense_tf.errors import NoCaptionsError, check_seed, check_share, check_whole
from withsense_tf.targets.blend import OWN_CAPTION, with_text_and_path
from withsense_tf.targets.strangers import strangers

OTHER_CAPTION: Final = "caption of another photo"
# How the definition of such a target begins.
OWN_AGAINST_OTHERS: Final = "own against others' captions"
# Both were chosen by held-out judgements of training photos (experiments/RESULTS.md, section 18).
OTHERS: Final = 3
OWN_SHARE: Final = 0.07


@dataclass(frozen=True, eq=False, repr=False)
class CaptionPairs(DrawnPairs):
    """Own captions against others', and how they were drawn."""

    others: int = OTHERS
    own_share: float | None = None
    seed: int = 0

    def side(self, rows: np.ndarray) -> Pairs:
        """Return the own captions among the pairs at these positions, against one another.

        Who splits will measure, and figures count each pair once: so it must be learned once, too.
        """
        table = self.take(rows).table
        own = table.loc[table["source"] == OWN_CAPTION, ["photo", "caption"]]
        share = 1 / (1 + self.others) if self.own_share is None else self.own_share
        try:
            return _draw(self.data, own, ("train", "corpus"), self.others, share, self.seed)
        except NoCaptionsError as error:
            raise NoCaptionsError(
                f"{self.data.name!r} is too small for this split of caption pairs: one side has "
                f"{own['photo'].nunique()} photos with captions, and each needs at least two that show and say "
                "different things. Take more photos with captions, fewer folds, or another test_share."
            ) from error


def caption_pairs(
    data: Dataset,
    others: int = OTHERS,
    own_share: float | None = None,
    seed: int = 0,
    photos: Collection[str] | None = None,
) -> CaptionPairs:
    """Return pairs of a data set's own captions, for where nobody has judged: own against others' captions.

    Each training photo stands beside its own captions (target 1), and for each of these beside `others` captions of
    other photos (target 0), drawn so that each caption comes as often as a stranger's as any: neither a photo nor a
    text alone tells the target. Never does a photo stand beside a caption of a copy of it, or one of the same words as
    one of its own.

    The weights make own captions count as `own_share` of all, by default .07. So a calibrated number means: if that
    share of texts were a photo's own captions and the rest captions of photos drawn by chance, of the pairs with .7
    seven of ten would be own ones. It is no judgement of how well they fit.

    `photos` are those to take, of the training photos and those of `corpus_images/`, and no captions of others; by
    default all training photos. A split draws the captions of others anew for each side (`ws.split_by_photo`), and
    there each pair weighs the same unless `own_share` is given.
    """
    check_dataset("caption_pairs", data)
    if own_share is not None:
        check_share("own_share", own_share)
    check_seed(seed)
    check_whole("others", others)
    table = data.photos
    parts = ("train",) if photos is None else ("train", "corpus")
    is_taken = table["part"].isin(parts)
    if photos is not None:
        is_taken &= table["photo"].isin(check_photo_names("caption_pairs", photos, data))
    captions = data.captions
    own = captions.loc[captions["photo"].isin(table.loc[is_taken, "photo"]), ["photo", "caption"]]
    pairs = _draw(data, own, parts, others, OWN_SHARE if own_share is None else own_share, seed)
    return replace(pairs, own_share=own_share)


def _draw(
    data: Dataset, own: pd.DataFrame, parts: Sequence[str], others: int, own_share: float, seed: int
) -> CaptionPairs:
    """Return photos beside their own captions, which are given, and each of these beside so many other photos."""
    rng = np.random.default_rng(seed)
    foreign = strangers(
        data,
        np.tile(own["photo"].to_numpy(object), others),
        np.concatenate([rng.permutation(own["caption"].to_numpy(object)) for _ in range(others)]),
        rng,
    )
    if foreign.empty:
        raise NoCaptionsError(
            f"{data.name!r} has no captions to learn from: expected captions of at least two training photos that show "
            f"different things and say different things, got {len(own)} captions of {own['photo'].nunique()} photos. "
            "Write captions into captions.csv, or take a matcher that was saved (ws.load_matcher, or index build "
            "--matcher)."
        )
    # As many of each would weigh as the shares say; the heavier kind has the weight 1.
    ratio = own_share / (1 - own_share) * len(foreign) / len(own)
    table = pd.concat(
        [
            own.assign(source=OWN_CAPTION, target=1.0, weight=min(1.0, ratio)),
            foreign.assign(source=OTHER_CAPTION, target=0.0, weight=min(1.0, 1 / ratio)),
        ],
        ignore_index=True,
    )
    definition = f"{OWN_AGAINST_OTHERS} (1 to {others}, own share {own_share:g}, seed {seed})"
    return CaptionPairs(data, with_text_and_path(data, table, parts), definition, others, own_share, seed)


def with_several_captions(pairs: Pairs) -> Pairs:
    """Return those of caption pairs whose photo has several captions: how like a text they are, no other can teach.

    Of a photo with a single one, its own pair would say that what fits is like none of its captions. A list of keywords
    is none that people type: lists are like one another, and where its own is left out, a photo has none. Pairs of
    judges stay as they are.
    """
    if not is_of_captions(pairs):
        return pairs
    is_lone = pairs.table["photo"].isin(lone_photos(pairs.data.captions)).to_numpy(bool)
    is_list = pairs.table["text"].map(is_keyword_list).to_numpy(bool)
    return pairs.take(np.flatnonzero(~is_lone & ~is_list))


def lone_in_halves(pairs: Pairs) -> Pairs:
    """Return caption pairs in which a photo with a single caption has half of it, and their texts are other halves.

    Where people wrote one caption a photo, its halves stand for two: they say different things of the same photo.
    """
    if not is_of_captions(pairs):
        return pairs
    table, captions = pairs.table, pairs.data.captions
    lone = lone_photos(captions)
    rows, own = table["photo"].isin(lone), captions["photo"].isin(lone)
    table["text"] = table["text"].where(~rows, table["text"].map(lambda text: _halves(text)[0]))
    # Else it would be left out as the query's own.
    table["caption"] = table["caption"].where(~rows, "")
    captions["text"] = captions["text"].where(~own, captions["text"].map(lambda text: _halves(text)[1]))
    whole = (table["text"] != "") & ~table["photo"].isin(captions.loc[captions["text"] == "", "photo"])
    return Pairs(
        pairs.data.with_tables(captions=captions[captions["text"] != ""]),
        table[whole].reset_index(drop=True),
        pairs.definition,
    )


def is_of_captions(pairs: Pairs) -> bool:
    """Return whether all pairs are own captions against others', which nobody judged."""
    return bool(pairs.table["source"].isin((OWN_CAPTION, OTHER_CAPTION)).all())


def lone_photos(captions: pd.DataFrame) -> set[str]:
    """Return the photos of a table of captions that have a single one, or several of the same words."""
    different = captions.assign(text=captions["text"].map(without_marks)).groupby("photo")["text"].nunique()
    return set(different.index[different == 1])


def _halves(text: str) -> tuple[str, str]:
    words = text.split()
    return " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
