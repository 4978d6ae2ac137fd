"""Where patterns match is what spaCy's matcher says, for the package's rules and for any others."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_rules import lexicon, rule
from spacy_rules import patterns_of

from withsense_tf.policy.texts.lexicon import Lexicon
from withsense_tf.policy.texts.matching.cutting import cut
from withsense_tf.policy.texts.matching.pattern_table import PatternTable
from withsense_tf.policy.texts.matching.word_pattern import Way
from withsense_tf.policy.texts.matching.word_row import HEAD, TAIL, chunks_of
from withsense_tf.policy.texts.normalise import normalise
from withsense_tf.policy.texts.rule_files import FOLDER, LANGUAGE_FILES, read_rule_file

FILES = {path.stem: path for path in sorted(FOLDER.glob(LANGUAGE_FILES))}


class Both:
    """All patterns of a lexicon, as the table and as spaCy tell where they match."""

    def __init__(self, lexicon: Lexicon) -> None:
        patterns = (*lexicon.restricting, *lexicon.exempting)
        self.table = PatternTable([lexicon], ((0, elements) for _, elements in patterns))
        self._first, self._spacy = (0, len(lexicon.restricting)), patterns_of(lexicon)

    def own(self, text: str) -> list[tuple[int, list[Way]]]:
        return self.table.ways(self.table.kinds(cut(chunk)) for chunk in chunks_of(text))

    def spacy(self, text: str) -> list[tuple[int, list[Way]]]:
        whole = HEAD + text + TAIL
        return [
            (first + number, ways)
            for first, patterns in zip(self._first, self._spacy, strict=True)
            for number, ways in patterns.ways(whole)
        ]


@pytest.fixture(scope="module", params=FILES)
def both(request: pytest.FixtureRequest) -> tuple[Both, Lexicon]:
    lexicon = read_rule_file(FILES[request.param]).lexicon()
    return Both(lexicon), lexicon


@pytest.mark.slow
def test_the_examples_of_all_languages_match_as_spacy_says(both: tuple[Both, Lexicon]) -> None:
    readers, lexicon = both
    examples = [normalise(text) for rule in lexicon.rules for text in (*rule.yes, *rule.no)]
    assert [text for text in examples[::2] if readers.own(text) != readers.spacy(text)] == []


@given(data=st.data())
@settings(deadline=None, max_examples=60)
@pytest.mark.slow
def test_texts_of_rule_words_match_as_spacy_says(both: tuple[Both, Lexicon], data: st.DataObject) -> None:
    readers, lexicon = both
    words = sorted(frozenset().union(*lexicon.classes.values()))
    signs = st.sampled_from([",", ".", "'s", "-", "(", ")", '"', ":", "12", "7", "2024", "A", "Ann", "И"])
    cased = st.sampled_from(words).flatmap(lambda word: st.sampled_from([word, word.title(), word.upper()]))
    parts = data.draw(st.lists(st.one_of(signs, cased, st.text(max_size=4)), max_size=12))
    text = normalise(data.draw(st.sampled_from([" ", ""])).join(parts))
    assert readers.own(text) == readers.spacy(text)


@pytest.mark.skipif(
    "WITHSENSE_FOLDER" not in os.environ, reason="needs the real folder: set WITHSENSE_FOLDER"
)
def test_real_captions_match_as_spacy_says() -> None:
    readers = Both(read_rule_file(FILES["en"]).lexicon())
    with (Path(os.environ["WITHSENSE_FOLDER"]) / "captions.csv").open(encoding="utf-8", newline="") as stream:
        captions = [normalise(row["query_text"]) for row in csv.DictReader(stream)][::25]
    assert [text for text in captions if readers.own(text) != readers.spacy(text)] == []


# Some that match in several ways, at the start and the end of a text, and with gaps.
ODD_PATTERNS = [
    "[a]",
    "a? [b] a?",
    "a? b? [c]",
    "a|b{0,2} [c] a|b{1,2}",
    "[a] _{0,3} [b]",
    "[a|b] !b? c",
    "STOP [a]",
    "[a] STOP",
    "STOP _{0,2} [b] _? STOP",
    "CAPITAL|a [b]",
    "NAME [c]",
    "DIGITS NUMBER? [b]",
    "_|, [c] ,?",
    "a b? c? a",
    "[ONE] [ONE] ONE?",
    "!a [b] !ONE",
]


@pytest.fixture(scope="module")
def odd() -> Both:
    words = 'ONE = "a b"\n[numbers.NUMBER]\n5 = "five"\n7 = "c"'
    return Both(lexicon(rule(*ODD_PATTERNS), words=words))


@given(st.lists(st.sampled_from(["a", "b", "c", "A", "B", "Cc", ",", ".", "5", "five", "1234"]), max_size=9))
@settings(deadline=None, max_examples=400)
def test_odd_patterns_match_as_spacy_says_in_the_same_order(odd: Both, words: list[str]) -> None:
    text = " ".join(words)
    assert odd.own(text) == odd.spacy(text)


def test_harmless_words_are_of_one_kind() -> None:
    table = Both(lexicon(rule("[kid] here"))).table
    assert len(set(table.kinds(["dog", "cat", "boat"]))) == 1


def test_patterns_are_numbered_as_they_come_whatever_they_begin_with() -> None:
    own = Both(lexicon(rule("[kid] here", "_ [kid]", "the [kid]", "[kid]"))).own
    assert [number for number, _ in own("the kid here")] == [0, 1, 2, 3]


def test_words_that_begin_few_patterns_have_short_numbers() -> None:
    table = Both(lexicon(rule("[kid] here", "[baby]", "the [kid]", "_ [kid]"))).table
    openers = [table._openers[kind].bit_length() for kind in table.kinds(["dog", "the", "kid"])]
    assert openers == sorted(set(openers))


def test_only_words_of_needed_places_are_needed() -> None:
    table = Both(lexicon(rule("[kid] tent? !boat|_"))).table
    assert [table.is_needed(table.kinds([word])) for word in ("kid", "tent", "boat", "dog")] == [True] + [
        False
    ] * 3


def test_words_that_stand_in_a_list_are_told_in_small_letters() -> None:
    words = Both(lexicon(rule("[Kid] CHILD"), words='CHILD = "tot"')).table.words_of_lists
    assert [word in words for word in ("kid", "tot", "dog")] == [True, True, False]
