"""How familiar a text is to a model: which of its words training captions have, and how near to it they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Final, Self

import numpy as np

from withsense_tf.common.saved_objects import Saveable
from withsense_tf.common.unit import unit
from withsense_tf.common.words import CYRILLIC, SMALL, lemma, lemmas
from withsense_tf.encoders.base import TextEncoder
from withsense_tf.encoders.word_pairs import english_meant
from withsense_tf.matchers.chance.noun_lists import strange_words
from withsense_tf.matchers.chance.telling_words import tells, words_to_read
from withsense_tf.matchers.forms.word_fit import telling_forms

# A word that captions of one photo alone have may be a slip.
FEWEST: Final = 2
# So many captions stand for all, and so many words for what captions do not speak of: each costs an encoder of
# sentences some milliseconds.
CAPTIONS: Final = 600
STRANGE_WORDS: Final = 800
# So many of the nearest are averaged: one alone may be near by chance.
NEAREST: Final = 5
# Sentences in another language than the captions lie so much farther from them. Chosen on 121 Russian queries and the
# same in English, for photos that nothing else is measured on.
LANGUAGE_GAP: Final = 0.12
# From so much nearer to the one side to as much nearer to the other, a word changes from known to strange.
WIDTH: Final = 0.1
STRANGE: Final = 0.5
MOST_REMEMBERED: Final = 20_000
MOST_VECTORS: Final = 5_000
# Captions write small numbers as words.
_DIGITS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS: Final[Mapping[str, str]] = {str(number): word for number, word in enumerate(_DIGITS, 1)}


class Familiarity(Saveable):
    """Say how familiar texts are, from training captions and, if given, an encoder that reads whole texts.

    `vectors` is that encoder, as in a caption space: also what no caption says has a vector there, in every language
    that it reads, and lies near to captions or to words that these do not have.
    """

    LEARNED: ClassVar[tuple[str, ...]] = (
        "photos_with_", "photo_count_", "caption_vectors_", "word_vectors_", "strange_vectors_",
    )  # fmt: skip

    def __init__(self, vectors: TextEncoder | None = None) -> None:
        self.vectors = vectors

    def fit(
        self, texts: Sequence[str], photos: Sequence[str], apart: Collection[str] = (), seed: int = 0
    ) -> Self:
        """Learn from captions, each with its photo; those of the photos `apart` give words alone."""
        forms_of: dict[str, set[str]] = {}
        for text, photo in zip(texts, photos, strict=True):
            forms_of.setdefault(photo, set()).update(lemmas(text))
        counter = Counter(form for forms in forms_of.values() for form in forms)
        self.photos_with_ = dict(sorted(counter.items()))
        self.photo_count_ = len(forms_of)
        if self.vectors is None:
            return self
        left = set(apart)
        usable = [text for text, photo in zip(texts, photos, strict=True) if photo not in left] or list(texts)
        order = np.random.default_rng(seed).permutation(len(usable))[:CAPTIONS]
        frequent = sorted(
            (form for form, count in self.photos_with_.items() if count >= FEWEST and len(form) > 1),
            key=counter.__getitem__,
        )
        self.caption_vectors_ = self._vectors([usable[at] for at in sorted(order)])
        self.word_vectors_ = self._vectors(frequent[-STRANGE_WORDS:])
        self.strange_vectors_ = self._vectors(strange_words(self.photos_with_)[: 2 * STRANGE_WORDS : 2])
        return self

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the telling words of a text, in their basic form, of which captions have none and nothing near."""
        values = self.strangeness(text)
        others = self.unread(text)
        values |= dict(zip(others, self._far(others), strict=True))
        return tuple(form for form, reading in self.readings(text).items() if values[reading] > STRANGE)

    def readings(self, text: str) -> dict[str, str]:
        """Return the telling words of a text in their basic form, each with the one that captions are asked for.

        That is an English word for a Russian one that the table of word pairs has, where captions have it more often:
        of several the one of which they have most, by how usual it is. Where they are in English alone, any is better
        than the Russian one. Russian words for small ones, as "beside", tell nothing.
        """
        memory: dict[str, dict[str, str]] = self._memory("_readings")
        if text not in memory:
            memory[text] = self._read(text)
        return memory[text]

    def _read(self, text: str) -> dict[str, str]:
        if not CYRILLIC.search(text.lower()):
            return self._that_tell({form: form for form in telling_forms(text)})
        parts = words_to_read(text)
        forms = [lemma(word) for word in parts]
        readings = dict(zip(forms, forms, strict=True))
        # Two words may be one thing, as "подводная лодка" is.
        for size in (1, 2):
            for at in range(len(parts) - size + 1):
                russian = forms[at : at + size]
                english = english_meant(*parts[at : at + size])
                best = max(
                    english, key=lambda one: (one in SMALL, self._count(one) / english[one]), default=""
                )
                is_rarer = self.vectors is not None and max(map(self._count, russian)) < self._count(best)
                if best and (is_rarer or all(map(self._is_other, russian))):
                    readings |= dict.fromkeys(russian, best)
        return self._that_tell({form: word for form, word in readings.items() if word not in SMALL})

    def _that_tell(self, readings: dict[str, str]) -> dict[str, str]:
        """Return the words that a photo could lack: that no caption says "new" does not tell that nothing is new.

        Where no word tells, all stay: what nobody says of any photo fits none.
        """
        telling = {
            form: reading for form, reading in readings.items() if self._count(reading) > 0 or tells(form)
        }
        return telling or readings

    def forms(self, text: str) -> tuple[str, ...]:
        """Return the basic forms that captions are asked for, each once."""
        return tuple(dict.fromkeys(self.readings(text).values()))

    def unread(self, text: str) -> list[str]:
        """Return those of the forms that are in letters that captions hardly use: no English word is known for them."""
        return [form for form in self.forms(text) if self._is_other(form)]

    def translates(self, text: str) -> bool:
        """Return whether English words are known for most of a text's Russian ones."""
        return len(self.unread(text)) < len(self.forms(text)) / 2

    def strangeness(self, text: str, fewest: int = FEWEST) -> dict[str, float]:
        """Return for each telling word of a text, in its basic form, how strange it is to captions, from 0 to 1.

        Russian words stand there as the English ones that they are read as, and not at all where none is known.
        Words that captions of so many photos have are not strange. Others are, but less if they are nearer to words of
        captions than to words that captions do not have.
        """
        forms = [form for form in self.forms(text) if not self._is_other(form)]
        rest = self._rare(forms, fewest)
        return dict.fromkeys(forms, 0.0) | dict(zip(rest, self._far(rest), strict=True))

    def make_ready(self, texts: Sequence[str], fewest: int = FEWEST) -> None:
        """Find out how strange the words of texts are, as if one text after the other were asked for: it is quicker."""
        if self._has_sides:
            forms_of = ([form for form in self.forms(text) if not self._is_other(form)] for text in texts)
            self._measure([self._rare(forms, fewest) for forms in forms_of])

    def _rare(self, forms: Sequence[str], fewest: int) -> list[str]:
        return [form for form in forms if self._count(form) < fewest]

    def reads_words(self, text: str) -> bool:
        """Return whether most telling words of a text are in letters that captions are written in."""
        return self._share_other(text) < 0.5

    def word_features(self, text: str, fewest: int = FEWEST) -> list[float]:
        """Return how strange words are: by how rare they are, all together, the strangest; how many; the rarest."""
        strangeness = self.strangeness(text, fewest)
        rarity = {form: self.rarity(form) for form in strangeness}
        share = sum(rarity[form] * value for form, value in strangeness.items()) / (
            sum(rarity.values()) or 1.0
        )
        values = strangeness.values()
        rarest = max(rarity.values(), default=0.0)
        return [share, sum(values), max(values, default=0.0), float(len(strangeness)), rarest]

    def sentence_features(self, texts: Sequence[str]) -> np.ndarray:
        """Return how much nearer each whole text lies to captions than to what they do not speak of, (texts, 5).

        That is told by the nearest captions and, for short texts, by the commonest words of these; so both stand there
        by themselves and by how short the text is.
        """
        memory: dict[str, np.ndarray] = self._memory("_sentences")
        new = [text for text in dict.fromkeys(texts) if text not in memory]
        if new:
            memory |= dict(zip(new, self._sentence_features(new), strict=True))
        return np.array([memory[text] for text in texts])

    def rarity(self, form: str) -> float:
        """Return how rare a basic form is in captions, 0 where all photos have it."""
        return float(np.log((1 + self.photo_count_) / (1 + self._count(form)))) + 1e-3

    def _sentence_features(self, texts: Sequence[str]) -> np.ndarray:
        vectors = self._vectors(texts).astype(np.float32)
        captions, here, strange = (_nearest(vectors @ others.T) for others in self._sides)
        captions = captions + LANGUAGE_GAP * np.array([self._share_other(text) for text in texts])
        brevity = 1 / np.array([max(1, len(telling_forms(text))) for text in texts])
        sides = np.column_stack([captions - strange, here - strange])
        return np.column_stack([brevity, sides, sides * brevity[:, None]])

    def _far(self, forms: Sequence[str]) -> list[float]:
        """Return how strange words are that captions do not have, by the encoder's vectors; 1 without one."""
        if not self._has_sides:
            return [1.0] * len(forms)
        memory = self._measure([forms])
        return [memory[form] for form in forms]

    @property
    def _has_sides(self) -> bool:
        return self.vectors is not None and bool(len(self.word_vectors_) and len(self.strange_vectors_))

    def _measure(self, groups: Sequence[Sequence[str]]) -> dict[str, float]:
        """Measure how far words are that were not measured yet, each group's by themselves; return all measures."""
        memory: dict[str, float] = self._memory("_distances")
        new_groups = _new_words(groups, memory)
        known_vectors = self.word_vectors(new_groups)
        for new in new_groups:
            vectors = np.stack([known_vectors[form] for form in new])
            here, strange = ((vectors @ others.T).max(axis=1) for others in self._sides[1:])
            far = np.clip(0.5 + (strange - here) / (2 * WIDTH), 0, 1)
            memory |= dict(zip(new, far.tolist(), strict=True))
        return memory

    def word_vectors(self, groups: Sequence[Sequence[str]]) -> Mapping[str, np.ndarray]:
        """Return the encoder's vectors of single words, of these at least, each group encoded by itself."""
        memory: dict[str, np.ndarray] = self._memory("_words", MOST_VECTORS)
        new_groups = _new_words(groups, memory)
        if self.vectors is not None and new_groups:
            for new, vectors in zip(new_groups, self.vectors.encode_groups(new_groups), strict=True):
                memory |= dict(zip(new, _as_kept(vectors).astype(np.float32), strict=True))
        return memory

    def _memory(self, name: str, most: int = MOST_REMEMBERED) -> dict[str, Any]:
        memory: dict[str, Any] = self.__dict__.setdefault(name, {})
        if len(memory) > most:
            # Another thread may be about to read what it found in the old one.
            memory = self.__dict__[name] = {}
        return memory

    def _count(self, form: str) -> int:
        return max(self.photos_with_.get(form, 0), self.photos_with_.get(NUMBERS.get(form, ""), 0))

    def _is_other(self, form: str) -> bool:
        """Return whether a word is written in letters that captions hardly use, and that the encoder reads."""
        if self.vectors is None:
            return False
        language = "Russian" if CYRILLIC.search(form) else "English"
        return language not in self._languages and language in self.vectors.languages

    def _share_other(self, text: str) -> float:
        forms = telling_forms(text)
        return sum(map(self._is_other, forms)) / len(forms) if forms else 0.0

    @property
    def _languages(self) -> tuple[str, ...]:
        """Return the languages of the captions' words, by their letters; a name or two is no language."""
        if not hasattr(self, "_known_languages"):
            russian = sum(bool(CYRILLIC.search(form)) for form in self.photos_with_)
            sizes = {"Russian": russian, "English": len(self.photos_with_) - russian}
            self._known_languages = tuple(
                name for name, size in sizes.items() if size > len(self.photos_with_) / 20
            )
        return self._known_languages

    @property
    def _sides(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if "_wide" not in self.__dict__:
            sides = (self.caption_vectors_, self.word_vectors_, self.strange_vectors_)
            self._wide = tuple(side.astype(np.float32) for side in sides)
        captions, here, strange = self._wide
        return captions, here, strange

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        if self.vectors is None or not len(texts):
            return np.zeros((0, 1), np.float16)
        return _as_kept(self.vectors.encode(texts))


def _as_kept(vectors: np.ndarray) -> np.ndarray:
    halves: np.ndarray = unit(vectors).astype(np.float16)
    return halves


def _new_words(groups: Sequence[Sequence[str]], memory: Collection[str]) -> list[list[str]]:
    """Return the words of each group that are not remembered and in no group before; without groups that have none."""
    claimed_forms = set(memory)
    new_groups = []
    for forms in groups:
        new = [form for form in dict.fromkeys(forms) if form not in claimed_forms]
        claimed_forms.update(new)
        new_groups += [new] if new else []
    return new_groups


def _nearest(cosines: np.ndarray) -> np.ndarray:
    """Return the mean of the largest cosines of each row, (rows,); 0 where there are none."""
    if not cosines.shape[1]:
        return np.zeros(len(cosines))
    return np.asarray(np.sort(cosines, axis=1)[:, -NEAREST:].mean(axis=1), float)
