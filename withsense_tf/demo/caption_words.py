"""Say what a scene shows, as different people would: other words, another order, some details left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from withsense_tf.demo import word_tables as tables
from withsense_tf.demo.scene import PEOPLE, POSITIONS, Scene, Subject
from withsense_tf.errors import DataError

# How often a detail is told. Place and light are the easiest to see, even in a thumbnail of 16 x 16 pixels; told any
# more often than this, they would answer most queries without a look at who does what.
PLACE_TOLD = 0.6
LIGHT_TOLD = 0.3
COLOUR_TOLD = 0.78
SIZE_TOLD = 0.6
OTHER_TOLD = 0.66  # a subject that is not the main one
CHILD_TOLD = 0.86  # people rarely overlook a child
FULL_STOP = 0.8
TRIES = 400  # many more than ever needed: one subject alone has thousands of wordings


def captions(scene: Scene, rng: np.random.Generator, count: int = 5) -> tuple[str, ...]:
    """Return `count` captions of a scene, all different and all true."""
    texts: list[str] = []
    for _ in range(TRIES):
        text = _Speaker(scene, rng).say()
        if text.rstrip(".") not in {old.rstrip(".") for old in texts}:
            texts.append(text)
        if len(texts) == count:
            return tuple(texts)
    raise DataError(f"expected {count} different captions of one scene, found {len(texts)}; ask for fewer.")


def with_article(words: str) -> str:
    """Put "a" or "an" before words.

    >>> with_article("orange umbrella")
    'an orange umbrella'
    """
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


class _Speaker:
    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        self.scene, self.rng = scene, rng
        main, *others = scene.subjects
        others_told = [s for s in others if rng.random() < (CHILD_TOLD if s.is_child else OTHER_TOLD)]
        self.subjects: list[Subject] = [main, *others_told]

    def say(self) -> str:
        count = len(self.subjects)
        patterns: list[Callable[[], str]] = [
            self._plain if count == 1 else self._while,
            self._gerund,
            self._place_first,
            self._light_first,
            self._there_is,
        ]
        if count > 1:
            patterns += [self._beside, self._list]
        if count == 2:
            patterns.append(self._side_of)
        text = " ".join(patterns[int(self.rng.integers(len(patterns)))]().split()).replace(" ,", ",")
        stop = "." if self.rng.random() < FULL_STOP else ""
        return text[0].upper() + text[1:] + stop

    def _plain(self) -> str:
        return f"{self._clause(self.subjects[0])} {self._where(self.subjects[0])} {self._light()}"

    def _while(self) -> str:
        joint = self._one((" while ", " while ", " and ", " as "))
        first = self._plain()
        return first + joint + self._join([self._clause(s) + self._maybe_side(s) for s in self.subjects[1:]])

    def _gerund(self) -> str:
        parts = [f"{self._noun(s)} {self._verb(s)[0]}" for s in self.subjects]
        return f"{self._join(parts)} {self._where(self.subjects[-1])} {self._light()}"

    def _place_first(self) -> str:
        where = self._where(self.subjects[0], always=True)
        return f"{where}, {self._join([self._clause(s) + self._maybe_side(s) for s in self.subjects])} {self._light()}"

    def _light_first(self) -> str:
        light = self._one(tables.LIGHT_PHRASES[self.scene.light])
        first = f"{self._clause(self.subjects[0])} {self._where(self.subjects[0])}"
        return f"{light}, {self._join([first, *[self._clause(s) for s in self.subjects[1:]]])}"

    def _there_is(self) -> str:
        main = self.subjects[0]
        first = f"there is {self._noun(main)} {self._verb(main)[0]} {self._where(main)} {self._light()}"
        if len(self.subjects) == 1:
            return first
        rest = self._join([f"{self._noun(s)} {self._verb(s)[0]}" for s in self.subjects[1:]])
        return f"{first}, with {rest} {self._one(('nearby', 'beside', 'in the picture'))}"

    def _list(self) -> str:
        return f"{self._join([self._noun(s) for s in self.subjects])} {self._where(self.subjects[-1])} {self._light()}"

    def _beside(self) -> str:
        main = self.subjects[0]
        rest = f"{self._one(tables.BESIDE)} {self._join([self._noun(s) for s in self.subjects[1:]])}"
        return f"{self._clause(main)} {rest} {self._where(main)} {self._light()}"

    def _side_of(self) -> str:
        a, b = self.subjects
        left = POSITIONS.index(a.position) < POSITIONS.index(b.position)
        side = "to the left of" if left else "to the right of"
        return f"{self._noun(a)} {self._verb(a)[0]} {side} {self._noun(b)} {self._where(a)}"

    def _one(self, options: Sequence[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def _join(self, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]

    def _clause(self, subject: Subject) -> str:
        return f"{self._noun(subject)} {self._verb(subject)[1]}"

    def _maybe_side(self, subject: Subject) -> str:
        if self.rng.random() < 0.3:  # sides are told now and then
            return " " + self._one(tables.POSITION_PHRASES[subject.position])
        return ""

    def _where(self, subject: Subject, always: bool = False) -> str:
        place = self.scene.place
        if not always and self.rng.random() > PLACE_TOLD:
            return ""
        if subject.kind == "boat":
            return self._one(tables.WATER_PHRASES[place])
        if subject.action == "fly" and subject.kind not in PEOPLE:
            return self._one(tables.AIR_PHRASES[place])
        return self._one(tables.PLACE_PHRASES[place])

    def _light(self) -> str:
        return self._one(tables.LIGHT_PHRASES[self.scene.light]) if self.rng.random() < LIGHT_TOLD else ""

    def _colour(self, colour: str) -> str:
        return self._one(tables.COLOUR_WORDS[colour]) if colour and self.rng.random() < COLOUR_TOLD else ""

    def _noun(self, subject: Subject) -> str:
        word = self._one(tables.KIND_WORDS[subject.kind])
        colour = self._colour(subject.colour)
        if subject.kind in PEOPLE:
            phrases = tables.BABY_CLOTHES_PHRASES if subject.kind == "baby" else tables.CLOTHES_PHRASES
            clothes = (
                self._one(phrases).replace("a {}", with_article(colour)).format(colour) if colour else ""
            )
            return f"{with_article(word)} {clothes}".strip()
        size = self._one(tables.SIZE_WORDS[subject.size]) if self.rng.random() < SIZE_TOLD else ""
        if subject.kind == "dog" and subject.size == "small" and not size and self.rng.random() < 0.5:
            word = "puppy"
        if subject.kind == "flock":  # the birds are coloured, not the flock
            return with_article(word.replace("birds", f"{colour} birds"))
        return with_article(" ".join(part for part in (size, colour, word) if part))

    def _verb(self, subject: Subject) -> tuple[str, str]:
        """Return a participle and a finite verb."""
        key = f"{subject.action} {subject.prop}"
        if key in tables.PROP_VERBS:
            options = tables.PROP_VERBS[key]
            prop = self._one(tables.KIND_WORDS[subject.prop])
            prop_words = with_article(f"{self._colour(subject.prop_colour)} {prop}".strip())
            participle, finite = options[int(self.rng.integers(len(options)))]
            return participle.format(prop_words), finite.format(prop_words)
        options = tables.VERBS.get(f"{subject.kind}:{subject.action}") or tables.VERBS[subject.action]
        return options[int(self.rng.integers(len(options)))]
