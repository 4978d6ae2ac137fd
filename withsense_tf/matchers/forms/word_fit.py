"""How many of a query's words a photo's captions confirm: each by how rare it is and how many captions have it.

This is BM25 with a photo's captions as one document, brought to 0 to 1. How rare words are is learned from the training
captions and kept with the model. Were it counted in an index, a photo's score would hang on the other photos there, and
so would tell of those that may not be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.words import SMALL, lemma, words
from withsense_tf.encoders.texts.word_weights import WordWeights

# The usual constants of BM25: how soon another caption with the same word adds little, and how far many captions of
# which few have it count against a photo.
SATURATION: Final = 1.2
LENGTH_SHARE: Final = 0.75
# The score of a photo whose only caption has all words, where photos have one.
SAID_ONCE: Final = 1 / (1 + SATURATION)
# Of a photo that nobody counted captions of.
USUAL_CAPTIONS: Final = 5.0


class WordFit(Saveable):
    """Say from 0 to 1 how well the captions of photos confirm the words of a query."""

    LEARNED: ClassVar[tuple[str, ...]] = ("rarity_", "usual_captions_")

    def fit(self, texts: Sequence[str], photos: Sequence[str]) -> Self:
        """Learn how rare words are from captions, each with its photo."""
        by_photo: dict[str, list[str]] = {}
        for text, photo in zip(texts, photos, strict=True):
            by_photo.setdefault(photo, []).append(text)
        together = [" \n".join(captions) for captions in by_photo.values()]
        if any(words(text) for text in together):
            self.rarity_ = WordWeights(lemmas=True).fit(together)
            self.usual_captions_ = len(texts) / len(together)
        return self

    def weights(self, text: str) -> dict[str, float]:
        """Return the basic forms of a query's telling words, each with its weight: rare words weigh more.

        Words that no training caption had weigh as much as the rarest; where nothing was learned, all weigh the same.

        >>> WordFit().weights("The dogs and a picnic")
        {'dog': 1.0, 'picnic': 1.0}
        """
        forms = telling_forms(text)
        rarity: WordWeights | None = getattr(self, "rarity_", None)
        if rarity is None:
            return dict.fromkeys(forms, 1.0)
        # A word of all captions has a rarity of 1 there, and tells nothing.
        most = float(rarity.rarity_.max()) - 1
        columns = [rarity.vocabulary_.get(form) for form in forms]
        weights = [most if at is None else float(rarity.rarity_[at]) - 1 for at in columns]
        return {form: max(weight, 1e-3) for form, weight in zip(forms, weights, strict=True)}

    def score(self, weights: Mapping[str, float], counts: np.ndarray, captions: np.ndarray) -> np.ndarray:
        """Score photos, (photos,), by how many of their captions have each word, (photos, words).

        `captions` says how many each photo has, (photos,). Without words or captions the score is 0.
        """
        if not weights:
            return np.zeros(len(counts))
        usual = getattr(self, "usual_captions_", USUAL_CAPTIONS)
        length = 1 - LENGTH_SHARE + LENGTH_SHARE * np.asarray(captions, float) / usual
        shares = counts / (counts + SATURATION * length[:, None] + (counts == 0))
        each = np.array(list(weights.values()))
        # Row by row: a matrix product may round a row otherwise where there are more of them.
        return np.asarray(np.vecdot(shares, each / each.sum()))

    def taught(self, form: str) -> bool:
        """Return whether a training caption had a basic form; where nothing was learned, all count as taught."""
        rarity: WordWeights | None = getattr(self, "rarity_", None)
        return rarity is None or form in rarity.vocabulary_

    def looks(
        self, weights: Mapping[str, float], unknown: Collection[str], counts: np.ndarray, captions: np.ndarray
    ) -> np.ndarray:
        """Return three looks at photos, (photos, 3): the score, and what must be told by words alone.

        That is the share, by weight, of the `unknown` words, which the model's vectors say nothing of, and the score
        of these. Without captions all are 0.
        """
        new = {form: weight for form, weight in weights.items() if form in unknown}
        columns = [at for at, form in enumerate(weights) if form in new]
        share = sum(new.values()) / max(sum(weights.values()), 1e-9)
        return np.column_stack(
            [
                self.score(weights, counts, captions),
                np.where(np.asarray(captions) > 0, share, 0.0),
                self.score(new, counts[:, columns], captions),
            ]
        )


def telling_forms(text: str) -> tuple[str, ...]:
    """Return the basic forms of a text's words, each once, without small words.

    >>> telling_forms("Two dogs run to the dog")
    ('two', 'dog', 'run')
    """
    return tuple(dict.fromkeys(lemma(word) for word in words(text) if word not in SMALL))
