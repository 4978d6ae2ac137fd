"""Captions of photos -> queries that one of these photos answers, and queries that none does, to learn the chance from.

Captions without their photo teach little: other photos fit nearly as well. What no photo shows is made of captions by
putting a noun in the place of another: one that no caption has, or one of captions that together with the rest no photo
has. Queries are short in life, so runs of a caption's words stand beside whole ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from withsense_tf.common.words import SMALL, is_keyword_list, lemma, lemmas, words
from withsense_tf.matchers.chance.familiarity import FEWEST
from withsense_tf.matchers.chance.noun_lists import english_nouns, strange_words, things
from withsense_tf.matchers.forms.word_fit import telling_forms

# So many of each kind are made, and so much all of a kind weigh together. Chosen on captioned photos of Flickr8k that
# nothing else is measured on.
COUNTS: Final[Mapping[str, int]] = {
    "own": 400, "short": 200, "swap": 300, "strange": 150, "short swap": 150, "mix": 200,
}  # fmt: skip
WEIGHTS: Final[Mapping[str, float]] = {
    "own": 2.0, "short": 1.0, "swap": 1.0, "strange": 1.0, "short swap": 1.0, "mix": 1.0, "without": 0.3,
}  # fmt: skip
PATTERNS: Final = (
    "a {}",
    "{}",
    "{} {}",
    "a {} and a {}",
    "a {} on a {}",
    "an old {} in the {}",
    "a {} with a {}",
)
LONGEST_RUN: Final = 4
# Of so few names of things that captions do not have, the same ones would come again and again.
FEWEST_THINGS: Final = 40
# Words that so large a share of the photos has are no names of things.
MOST_SHARE: Final = 0.3


@dataclass(frozen=True)
class Example:
    """A query: its text, the caption it was made of (its place, or -1), its kind, and whether a photo answers it."""

    text: str
    caption: int
    kind: str
    has_match: bool


class ExampleMaker:
    """Make examples of captions, (captions,) with the place of each one's photo; `counts` are photos with each form."""

    def __init__(
        self, texts: Sequence[str], owner: np.ndarray, counts: Mapping[str, int], photo_count: int, seed: int
    ) -> None:
        self.texts, self.owner = list(texts), owner
        self.rng = np.random.default_rng(seed)
        self.forms = [frozenset(lemmas(text)) for text in self.texts]
        self.captions_by_photo: dict[int, list[int]] = {}
        for at, photo in enumerate(owner.tolist()):
            self.captions_by_photo.setdefault(photo, []).append(at)
        self.together = [self.forms_beside(photo, -1) for photo in self.captions_by_photo]
        nouns = english_nouns()
        usual = range(FEWEST, round(MOST_SHARE * photo_count) + 2)
        self.known_nouns = sorted(form for form, count in counts.items() if form in nouns and count in usual)
        self._known_noun_set = frozenset(self.known_nouns)
        # The others are held against.
        nouns_left = strange_words(counts)[1::2]
        names = [noun for noun in nouns_left if noun in things()]
        # The commonest nouns of books are abstract, and queries ask for things.
        self.strange_nouns = names if len(names) >= FEWEST_THINGS else nouns_left[: 4 * COUNTS["own"]]

    @property
    def is_possible(self) -> bool:
        """Return whether captions are in a language that nouns are known of."""
        return len(self.known_nouns) > 1 and len(self.strange_nouns) > 1

    def forms_beside(self, photo: int, caption: int) -> frozenset[str]:
        """Return the basic forms that captions of a photo have, one caption left out."""
        others = (self.forms[at] for at in self.captions_by_photo.get(photo, ()) if at != caption)
        return frozenset[str]().union(*others)

    def examples(self) -> list[Example]:
        """Return examples of every kind; "own" ones serve as "without" too, where their photo is taken away."""
        order = self.rng.permutation(len(self.texts)).tolist()
        # Nobody types a list of keywords, unless there is nothing else to learn from.
        order = [at for at in order if not is_keyword_list(self.texts[at])] or order
        runs = [example for at in order[: 4 * COUNTS["short"]] for example in self._runs(at)]
        runs = [runs[at] for at in self.rng.permutation(len(runs))[: COUNTS["short"]]]
        whole = [Example(self.texts[at], at, "own", True) for at in order[: COUNTS["own"]]]
        sources = [Example(self.texts[at], at, "own", True) for at in order[::-1]]
        return [
            *whole,
            *runs,
            *self._with_other_nouns(sources, self.strange_nouns, "swap"),
            *self._with_other_nouns(runs, self.strange_nouns, "short swap"),
            *self._with_other_nouns(sources, self.known_nouns, "mix"),
            *[self._strange() for _ in range(COUNTS["strange"])],
        ]

    def _runs(self, at: int) -> list[Example]:
        """Return runs of a caption's telling words, of which another caption of its photo has all, or it is the one."""
        captions = [self.forms[other] for other in self.captions_by_photo[int(self.owner[at])]]
        runs: list[list[str]] = [[]]
        for word in words(self.texts[at]):
            if word in SMALL:
                runs.append([])
            else:
                runs[-1].append(word)
        fewest = min(2, len(captions))
        return [
            Example(("a " if self.rng.random() < 0.5 else "") + " ".join(run), at, "short", True)
            for run in runs
            if 0 < len(run) <= LONGEST_RUN
            and sum(all(lemma(word) in forms for word in run) for forms in captions) >= fewest
        ]

    def _with_other_nouns(self, sources: Sequence[Example], nouns: Sequence[str], kind: str) -> list[Example]:
        examples: list[Example] = []
        for source in sources:
            if len(examples) == COUNTS[kind]:
                break
            text = self._swap(source.text, nouns)
            if text is not None and not self._is_anywhere(text):
                examples.append(Example(text, source.caption, kind, False))
        return examples

    def _swap(self, text: str, nouns: Sequence[str]) -> str | None:
        parts = words(text)
        places = [at for at, word in enumerate(parts) if lemma(word) in self._known_noun_set]
        if not places:
            return None
        parts[int(self.rng.choice(places))] = str(self.rng.choice(nouns))
        return " ".join(parts)

    def _is_anywhere(self, text: str) -> bool:
        forms = set(telling_forms(text))
        return any(forms <= there for there in self.together)

    def _strange(self) -> Example:
        text = str(self.rng.choice(PATTERNS))
        while "{}" in text:
            text = text.replace("{}", str(self.rng.choice(self.strange_nouns)), 1)
        return Example(text, -1, "strange", False)
