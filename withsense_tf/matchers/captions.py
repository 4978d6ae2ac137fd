"""Matchers that read the photo's own captions: how well the query fits what people have said of the photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np

from withsense_tf.common.unit import unit
from withsense_tf.common.words import lemma, lemmas, without_marks
from withsense_tf.data.dataset import Dataset, Pairs
from withsense_tf.data.gallery import Gallery, Queries
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.make_encoder import tower_text
from withsense_tf.errors import DataError
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.calibration import Calibration
from withsense_tf.matchers.forms.word_fit import WordFit
from withsense_tf.matchers.own_captions import captions_of, fit_texts
from withsense_tf.matchers.search_forms import CAPTIONS, CosineForm, looks_of
from withsense_tf.targets.caption_pairs import lone_in_halves, with_several_captions

CAPTION_ASSISTED: Final = "caption-assisted"
# So many caption pairs of photos with several captions teach how like captions of one photo are.
FEWEST_TELLING: Final = 100


@dataclass(eq=False, repr=False)
class Captions(Matcher):
    """Score a query by the cosine between it and the mean of the photo's own other captions.

    The query itself is never among them: neither the caption of the same id, nor one of the same words. A photo
    without other captions gets the score 0, and what pairs of unlike texts get as a number.

    - `text`: the text encoder, by name or as an object; without one, a space learned from the captions.
    """

    track: ClassVar[str] = CAPTION_ASSISTED
    reads_caption_space: ClassVar[bool] = True

    LEARNED: ClassVar[tuple[str, ...]] = ("text_", "calibration_")

    text: str | TextEncoder | None = None

    @property
    def name(self) -> str:
        """Name the matcher."""
        return "own captions"

    def describe(self) -> dict[str, str]:
        """Return the columns of a result row that describe the matcher."""
        text = getattr(self, "text_", None) or tower_text(self.text)
        return super().describe() | {"text": text.identity, "weights": text.weights}

    def search_form(self) -> CosineForm:
        """Return the search form: cosines with the captions' points."""
        return CosineForm(self.text_, self.calibration_, CAPTIONS)

    def to_state(self) -> dict[str, Any]:
        """Return the state to save."""
        state = super().to_state()
        state["settings"]["text"] = self.text_
        return state

    def cosines(self, pairs: Pairs) -> np.ndarray:
        """Return the cosine of each pair's text with the mean of its photo's other captions, (pairs,)."""
        return self.looks(pairs)[:, 0]

    def looks(self, pairs: Pairs, words: WordFit | None = None) -> np.ndarray:
        """Return what each photo's other captions say of its text, (pairs, 3 or 6), as `Others` does."""
        photos, photo = np.unique(pairs.table["photo"].to_numpy(str), return_inverse=True)
        place: dict[tuple[str, str], int] = {}
        queries = zip(pairs.texts, pairs.table["caption"].tolist(), strict=True)
        text = np.array([place.setdefault(query, len(place)) for query in queries], int)
        others = Others(self.text_, pairs.data, photos.tolist(), words)
        return others.compare(Queries.of([one for one, _ in place], [one for _, one in place]), photo, text)

    def _fit(self, pairs: Pairs) -> None:
        if not len(captions_of(pairs.data)):
            raise DataError(
                f"{pairs.data.name!r} has no captions of its own photos (captions.csv): this matcher cannot be used."
            )
        self.text_ = fit_texts(tower_text(self.text, pairs.data.synthetic), pairs)
        # The space was learned from captions without judgements, so these cosines are no fit to the targets.
        telling = with_several_captions(pairs)
        if len(telling) < FEWEST_TELLING:
            telling = lone_in_halves(pairs)
        self.calibration_ = Calibration().fit(self.cosines(telling), telling.target, telling.weight)

    def _score(self, pairs: Pairs) -> np.ndarray:
        return self.calibration_.apply(self.cosines(pairs))

    def _grid(self, gallery: Gallery, queries: Queries) -> np.ndarray:
        return grid_of_looks(self, gallery, queries)[:, :, 0]


class Others:
    """The captions of some photos, ready to be compared with queries."""

    def __init__(
        self, text: TextEncoder, data: Dataset, photos: Sequence[str], words: WordFit | None = None
    ) -> None:
        self.text = text
        self.word_fit = words
        own = captions_of(data)
        place = {photo: at for at, photo in enumerate(dict.fromkeys(photos))}
        # A photo may be listed twice; its captions are kept once.
        self.place = np.array([place[photo] for photo in photos], int)
        own = own[own["photo"].isin(place)]
        # In the order of the photos, so that a photo's captions lie together.
        owner = own["photo"].map(place).to_numpy(int)
        order = np.argsort(owner, kind="stable")
        self.owner = owner[order]
        self.ids = own["caption"].to_numpy(str)[order]
        self.texts = own["text"].to_numpy(object)[order]
        self.words = np.array([without_marks(text) for text in self.texts], str)
        self.points = unit(text.encode(own["text"].tolist()))[order]
        self.first = np.searchsorted(self.owner, np.arange(len(place) + 1))

    def compare(self, queries: Queries, photo: np.ndarray, query: np.ndarray) -> np.ndarray:
        """Return three cosines of queries with photos' other captions, pair by pair, (pairs, 3).

        The cosine with the mean of the other captions, the largest and the mean cosine with each; and where words
        count by themselves, three looks at those of the query, as `WordFit` has them, (pairs, 6). Without other
        captions all are 0.
        """
        photo = self.place[photo]
        points = unit(self.text.encode(queries.texts))
        own_ids, ids = _codes(self.ids, np.array(queries.captions, str))
        own_words, query_words = _codes(
            self.words, np.array([without_marks(text) for text in queries.texts], str)
        )
        most = int(np.diff(self.first).max(initial=0))
        if not most:
            return np.zeros((len(photo), 3 if self.word_fit is None else 6))
        # Each photo's captions as a block of the same height, with a mask for those that are not there.
        rows = self.first[photo][:, None] + np.arange(most)
        inside = rows < self.first[photo + 1][:, None]
        rows = np.minimum(rows, len(self.owner) - 1)
        there = inside & (own_ids[rows] != ids[query][:, None])
        if not queries.typed:
            there &= own_words[rows] != query_words[query][:, None]
        each = (self.points @ points.T)[rows, query[:, None]]
        looks = looks_of(each, self._lengths(rows, inside, there, photo), there)
        if self.word_fit is None:
            return looks
        return np.column_stack([looks, self._word_looks(self.word_fit, queries.texts, query, rows, there)])

    def _word_looks(
        self, fit: WordFit, texts: Sequence[str], query: np.ndarray, rows: np.ndarray, there: np.ndarray
    ) -> np.ndarray:
        """Return how well the captions that are there confirm the words of queries, pair by pair, (pairs, 3)."""
        here, vocabulary = self._words_here
        looks = np.zeros((len(query), 3))
        order = np.argsort(query, kind="stable")
        ends = np.searchsorted(query[order], np.arange(len(texts) + 1))
        for text, first, last in zip(texts, ends, ends[1:], strict=False):
            weights = fit.weights(text)
            known = [at for at, form in enumerate(weights) if form in vocabulary]
            pairs = order[first:last]
            # Of words that no caption has, the counts stay 0.
            counts = np.zeros((len(pairs), len(weights)))
            columns = here[:, [vocabulary[form] for form in weights if form in vocabulary]].toarray()
            counts[:, known] = (columns[rows[pairs]] * there[pairs][:, :, None]).sum(axis=1)
            unknown = {lemma(word) for word in self.text.unknown(text)}
            looks[pairs] = fit.looks(weights, unknown, counts, there[pairs].sum(axis=1))
        return looks

    @cached_property
    def _words_here(self) -> tuple[Any, dict[str, int]]:
        """Return which captions have which basic forms, (captions, forms), and the columns of the forms."""
        from scipy.sparse import csc_matrix

        vocabulary: dict[str, int] = {}
        cells = [
            (row, vocabulary.setdefault(form, len(vocabulary)))
            for row, text in enumerate(self.texts)
            for form in dict.fromkeys(lemmas(text))
        ]
        places, columns = np.array(cells, int).reshape(-1, 2).T
        shape = (len(self.texts), len(vocabulary))
        return csc_matrix((np.ones(len(cells)), (places, columns)), shape), vocabulary

    def _lengths(
        self, rows: np.ndarray, inside: np.ndarray, there: np.ndarray, photo: np.ndarray
    ) -> np.ndarray:
        """Return the length of the sum of the points that are there, pair by pair, (pairs,)."""
        from scipy.sparse import csr_matrix

        count = len(self.owner)
        member: Any = csr_matrix((np.ones(count), np.arange(count), self.first), (len(self.first) - 1, count))
        lengths = np.linalg.norm(member @ self.points, axis=1)[photo]
        # In most pairs no caption is left out.
        fewer = np.flatnonzero((inside != there).any(axis=1))
        rest = (self.points[rows[fewer]] * there[fewer][:, :, None]).sum(axis=1)
        lengths[fewer] = np.linalg.norm(rest, axis=1)
        return np.asarray(lengths)


def _codes(some: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each text, the same for the same: pairs of them are compared many times faster."""
    codes = np.unique(np.concatenate([some, others]), return_inverse=True)[1]
    return codes[: len(some)], codes[len(some) :]


def grid_of_looks(
    matcher: Captions, gallery: Gallery, queries: Queries, words: WordFit | None = None
) -> np.ndarray:
    """Return what each photo's other captions say of each query, (queries, photos, 3 or 6), as `Others` does."""
    others = Others(matcher.text_, gallery.data, gallery.names, words)
    photo = np.tile(np.arange(len(gallery)), len(queries))
    query = np.repeat(np.arange(len(queries)), len(gallery))
    looks = others.compare(queries, photo, query)
    return looks.reshape(len(queries), len(gallery), looks.shape[1])
