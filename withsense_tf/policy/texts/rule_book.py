"""Rule files that are read together -> what they find in a text.

The words of one file may stand disguised or joined between those of another, so the files of a book share what turns
them back. Files of another book are read as if this one were not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from withsense_tf.policy.texts.disguise import Disguises
from withsense_tf.policy.texts.lexicon import LIFTING
from withsense_tf.policy.texts.matching.first_pass import FirstLook, FirstPass
from withsense_tf.policy.texts.matching.word_row import Words
from withsense_tf.policy.texts.normalise import spelt
from withsense_tf.policy.texts.rule_engine import RuleEngine, RuleHit
from withsense_tf.policy.texts.rule_files import RuleFile
from withsense_tf.policy.texts.verdict import Decision, Verdict
from withsense_tf.policy.texts.word_forms import runs


class RuleBook:
    """Some rule files under one age limit; engines are built when the first text in their script comes."""

    def __init__(self, files: Sequence[RuleFile], age_limit: int) -> None:
        self.files = tuple(files)
        self.age_limit = age_limit
        self._engines: dict[str, list[RuleEngine]] = {}
        self._disguises: dict[str, Disguises] = {}
        self._first_passes: dict[str, FirstPass] = {}

    def verdicts(self, text: str, script: str, plain: bool) -> list[Verdict]:
        """Return all that the rules of a script find in a visible text; a `plain` one holds no disguise."""
        engines, first_pass = self._engines_for(script), self._first_passes[script]
        look = first_pass.look(text, plain)
        if look is None:
            return self.verdicts_on_whole(text, script, plain)
        return [
            verdict
            for place in look.matches
            for verdict in _verdicts(engines[place], first_pass, place, look)
        ]

    def verdicts_on_whole(self, text: str, script: str, plain: bool) -> list[Verdict]:
        """Return the same for a text that is read as a whole: its chunks one by one do not tell how it is spelt."""
        engines, disguises = self._engines_for(script), self._disguises[script]
        first_pass = self._first_passes[script]
        if not plain:
            text = spelt(disguises.uncover(text))
        words = runs(text)
        if (bare := disguises.unstretch(text, words)) is not text:
            text, words = bare, runs(bare)
        look = first_pass.look_at_spelt(text)
        verdicts: list[Verdict] = []
        for place, engine in enumerate(engines):
            joined_words = engine.lexicon.joined_words
            if joined_words is not None and (apart := joined_words.apart(text, words)) is not text:
                text, words = apart, runs(apart)
                look = first_pass.look_at_spelt(text)
            if place in look.matches:
                verdicts += _verdicts(engine, first_pass, place, look)
        return verdicts

    def _engines_for(self, script: str) -> list[RuleEngine]:
        if script not in self._engines:
            files = tuple(file for file in self.files if file.script() == script)
            self._disguises[script] = _disguises(files)
            self._first_passes[script] = _first_pass(files)
            self._engines[script] = [_engine(file, self.age_limit) for file in files]
        return self._engines[script]


def decide_hits(hits: list[RuleHit]) -> list[tuple[RuleHit, Decision]]:
    """Decide each hit: an exemption cancels what is about one of its words, a review softens what it covers.

    What holds despite an exemption of that name is not cancelled by it.
    """
    exemptions = [hit for hit in hits if hit.decision == "exempt"]
    doubtful_words = frozenset[int]().union(*(hit.about for hit in hits if hit.decision == "review"))
    decisions: list[tuple[RuleHit, Decision]] = []
    for hit in hits:
        is_lifted = bool(exemptions) and any(
            hit.about & one.about and one.rule.name not in hit.rule.despite for one in exemptions
        )
        if hit.decision in LIFTING or is_lifted:
            decisions.append((hit, "allow"))
        elif hit.decision == "review" or hit.about <= doubtful_words:
            decisions.append((hit, "review"))
        else:
            decisions.append((hit, "block"))
    return decisions


# What is read is kept for every policy of the process.
@lru_cache(maxsize=32)
def _engine(file: RuleFile, age_limit: int) -> RuleEngine:
    return RuleEngine(file.lexicon(), age_limit)


@lru_cache(maxsize=16)
def _disguises(files: tuple[RuleFile, ...]) -> Disguises:
    lexicons = [file.lexicon() for file in files]
    naming = frozenset[str]().union(*(lexicon.naming for lexicon in lexicons))
    innocent = frozenset[str]().union(*(lexicon.innocent for lexicon in lexicons))
    counting = frozenset[str]().union(*(lexicon.counting for lexicon in lexicons))
    return Disguises(naming, innocent, counting)


@lru_cache(maxsize=16)
def _first_pass(files: tuple[RuleFile, ...]) -> FirstPass:
    return FirstPass([file.lexicon() for file in files], _disguises(files))


def _verdicts(engine: RuleEngine, first_pass: FirstPass, place: int, look: FirstLook) -> list[Verdict]:
    """Return what the rules of the lexicon at a place find, where its patterns match."""
    words = first_pass.words(look.text)
    hits = engine.hits(words.words, look.matches[place], lambda: first_pass.exempting(place, words))
    return [_verdict(words, hit, decision) for hit, decision in decide_hits(hits)]


def _verdict(words: Words, hit: RuleHit, decision: Decision) -> Verdict:
    start, span = words.span(hit.start, hit.end)
    reason = hit.rule.reason
    if decision == "allow" and hit.decision not in LIFTING:
        reason = f"exempted: {reason}"
    elif decision == "allow" and hit.rule.decision == "age":
        reason = "the stated age is not under the limit"
    return Verdict(decision, hit.rule.name, span, start, start + len(span), reason)
