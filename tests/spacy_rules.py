"""The rules as spaCy's tokenizer and matcher read them: slowly, and what the package's own reading is held against."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from spacy.attrs import NORM
from spacy.matcher import Matcher
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from withsense_tf.policy.texts.ages import MOST_DIGITS
from withsense_tf.policy.texts.lexicon import Element, Lexicon, Rule, variants_of
from withsense_tf.policy.texts.matching.cutting import INFIX, PREFIX, SUFFIX
from withsense_tf.policy.texts.matching.first_pass import FirstLook, FirstPass
from withsense_tf.policy.texts.matching.word_kinds import STOPS
from withsense_tf.policy.texts.matching.word_pattern import Way
from withsense_tf.policy.texts.matching.word_row import HEAD, TAIL, Words
from withsense_tf.policy.texts.text_policy import TextPolicy
from withsense_tf.policy.texts.word_forms import fold

NUMBERS = frozenset(
    f"{number:0{digits}}" for digits in range(1, MOST_DIGITS + 1) for number in range(10**digits)
)
# spaCy keeps yes-or-no properties of words in 64 bits; bit 0 is not used.
MOST_FLAGS = 63


class SpacyPatterns:
    """Patterns of a lexicon in one matcher of spaCy's; each of its keys begins with the number of a pattern.

    It has a vocabulary of its own, since one has room for few properties of words.
    """

    def __init__(self, lexicon: Lexicon, patterns: Sequence[tuple[Rule, Sequence[Element]]]) -> None:
        self._lexicon = lexicon
        self.vocab = vocab = Vocab(lex_attr_getters={NORM: fold})
        # Properties of words, by the classes and words of an element.
        self._flags: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        self._matcher = Matcher(vocab, validate=False)
        self._rows: dict[int, tuple[int, tuple[int, ...]]] = {}
        for number, (_, elements) in enumerate(patterns):
            for row in variants_of(elements):
                key = f"{number} {' '.join(map(str, row))}"
                self._matcher.add(key, [[self._test(elements[place]) for place in row]])
                self._rows[vocab.strings[key]] = number, row

    def ways(self, text: str) -> list[tuple[int, list[Way]]]:
        """Return where which pattern matches in a text with its ends, and in what order spaCy says so."""
        if not self._rows:
            return []  # spaCy would warn
        ways: dict[int, list[Way]] = {}
        for key, start, end, alignment in self._matcher(self.doc(text), with_alignments=True):
            number, row = self._rows[key]
            ways.setdefault(number, []).append((start, end, tuple(row[place] for place in alignment)))
        return sorted(ways.items())

    def doc(self, text: str) -> Doc:
        """Return the words of a text with its ends."""
        return spacy_tokenizer(self.vocab)(text)

    def _test(self, element: Element) -> dict[Any, Any]:
        times = {"OP": "?"} if element.times == "?" else {}
        words = self._lexicon.words(element)
        if element.classes & {"CAPITAL", "NAME"}:
            return {self._flag(element): not element.negated, **times}
        words |= NUMBERS if element.classes & {"DIGITS", "NUMBER"} else frozenset()
        words |= STOPS if "STOP" in element.classes else frozenset()
        other = element.negated
        if "_" in element.classes:
            words, other = STOPS - words, not other
        return {"NORM": {"NOT_IN" if other else "IN": sorted(words)}, **times}

    def _flag(self, element: Element) -> int:
        key = (element.classes, element.literals)
        if key not in self._flags:
            assert len(self._flags) < MOST_FLAGS
            self._flags[key] = self.vocab.add_flag(self._with_capital(element))
        return self._flags[key]

    def _with_capital(self, element: Element) -> Any:
        words, kinds = self._lexicon.words(element), element.classes

        def test(text: str) -> bool:
            word = fold(text)
            return ("CAPITAL" not in kinds or text[:1].isupper()) and (
                word in words
                or (bool(kinds & {"DIGITS", "NUMBER"}) and word in NUMBERS)
                or ("NAME" in kinds and text.istitle() and text.isalpha() and len(text) > 1)
                or ("STOP" in kinds and text in STOPS)
                or ("_" in kinds and text not in STOPS)
            )

        return test


@functools.cache
def patterns_of(lexicon: Lexicon) -> tuple[SpacyPatterns, SpacyPatterns]:
    """Return the patterns that restrict and those that exempt; spaCy takes ten seconds for those of English."""
    return SpacyPatterns(lexicon, lexicon.restricting), SpacyPatterns(lexicon, lexicon.exempting)


class SpacyPass(FirstPass):
    """No first pass: each text is read as a whole, and spaCy finds what matches."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._spacy = [patterns_of(lexicon) for lexicon in lexicons]

    def look(self, text: str, plain: bool) -> FirstLook | None:
        return None

    def look_at_spelt(self, text: str) -> FirstLook:
        whole = HEAD + text + TAIL
        all_ways = ((place, restricting.ways(whole)) for place, (restricting, _) in enumerate(self._spacy))
        return FirstLook(text, {place: ways for place, ways in all_ways if ways})

    def exempting(self, place: int, words: Words) -> list[tuple[int, list[Way]]]:
        return self._spacy[place][1].ways(words.text)

    def words(self, text: str) -> Words:
        doc = self._spacy[0][0].doc(HEAD + text + TAIL)
        return Words(doc.text, [token.text for token in doc], [token.idx for token in doc])


def spacy_tokenizer(vocab: Vocab) -> Tokenizer:
    """Return a tokenizer that cuts as the rules want it."""
    return Tokenizer(
        vocab,
        prefix_search=PREFIX.search,
        suffix_search=SUFFIX.search,
        infix_finditer=INFIX.finditer,
    )


def read_by_spacy(policy: TextPolicy) -> TextPolicy:
    """Return a policy with spaCy in the place of the package's own reading."""
    for book in policy._books:
        for script in ("latin", "cyrillic"):
            engines = book._engines_for(script)
            book._first_passes[script] = SpacyPass([engine.lexicon for engine in engines])
    return policy
