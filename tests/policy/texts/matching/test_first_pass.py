"""What is told from the words of a text is what is told of the text as a whole, and what spaCy would tell."""

from __future__ import annotations

import csv
import functools
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_rules import rule, rule_file
from quick import at_once
from spacy_rules import read_by_spacy

from withsense_tf.policy.reader.sentences import all_sentences
from withsense_tf.policy.texts.normalise import is_plain, visible
from withsense_tf.policy.texts.rule_book import RuleBook
from withsense_tf.policy.texts.text_policy import TextPolicy
from withsense_tf.policy.texts.verdict import Verdict

OWN = [
    "A little girl in a pink dress climbs the wooden stairs.",
    "Two dogs chase a ball along the shore .",
    "A 7-year-old's first bike, 3 months old himself",
    "He is not yet 16, she is 12 y 3 m old",
    "My babyboy at the pool #littlegirl #kidsofinstagram IMG_2034",
    "Kidman walks past 15 schoolkids (aged 9-11)",
    "Мальчик 5 лет и его сестрёнка, 12 и 3",
    "Две девочки едут в детский сад на автобусе",
    "Мужчина в куртке стоит у моря, ему за 40",
    "«Маль чик спит», де- ти, мааальчик и «дево чка»",
    "Юныйспортсмен, Новаядочка: кот; дом? «Сын».",
    "Malchik i devochka, 5 let",
    "Un niño en la playa con su perro",
    "Ein Kind spielt im Park",
    "A statue of a boy; kids' menu; baby carrots",
    "Under 16s only, u18 girls, no children!",
]
SIGNS = ["-", "_", " ", "  ", ".", "!", "#", "'s", "<b>", "&amp;", "\u200b", "👶", "🧒", "½", "n't", "й", "@"]
LOOKALIKES = str.maketrans("aeocpxABEHKMT", "аеосрхАВЕНКМТ")
LEET = str.maketrans("ioea", "10@3")


@functools.cache
def policy() -> TextPolicy:
    return TextPolicy()


def hits_on_whole(policy: TextPolicy, text: str) -> list[Verdict]:
    """Return what the rule books find in a text without a first pass."""
    clean = visible(text)
    return [
        verdict
        for book in policy._books
        for script in ("latin", "cyrillic")
        for verdict in book.verdicts_on_whole(clean, script, is_plain(text))
    ]


def hits_at_first(policy: TextPolicy, text: str) -> list[Verdict]:
    clean = visible(text)
    return [
        verdict
        for book in policy._books
        for script in ("latin", "cyrillic")
        for verdict in book.verdicts(clean, script, is_plain(text))
    ]


def disguise(word: str, way: int, sign: str) -> str:
    """Return a word as somebody may write it who does not want it to be read."""
    middle = len(word) // 2
    ways = [
        word,
        " ".join(word),
        sign.join(word),
        word[:middle] + sign + word[middle:],
        word.translate(LOOKALIKES),
        word.translate(LEET),
        "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in word),
        word.upper(),
        word.title(),
        word[:middle] + word[middle:][:1] * 3 + word[middle:],
        word[::-1],
        f"#{word}{sign}",
        f"{sign}{word}",
        f"{word}12",
        f"5{word}",
    ]
    return ways[way % len(ways)]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw words of own sentences, some of them disguised, joined or parted."""
    words = [
        word for text in draw(st.lists(st.sampled_from(OWN), min_size=1, max_size=2)) for word in text.split()
    ]
    start = draw(st.integers(0, len(words) - 1))
    words = words[start : start + draw(st.integers(1, 12))]
    ways = st.tuples(st.integers(0, 14), st.sampled_from(SIGNS))
    changed = [disguise(word, *draw(ways)) if draw(st.integers(0, 3)) == 0 else word for word in words]
    gaps = st.sampled_from([" ", " ", " ", " ", "", "- ", "  ", "_", ", "])
    return "".join(word + draw(gaps) for word in changed)


@given(texts())
@settings(deadline=None, max_examples=250)
def test_a_text_is_read_by_its_words_as_it_is_read_as_a_whole(text: str) -> None:
    assert hits_at_first(policy(), text) == hits_on_whole(policy(), text)


def test_own_sentences_are_read_by_their_words_as_they_are_read_as_a_whole() -> None:
    some = [*OWN, *(sentence.text for sentence in all_sentences()[::12])]
    assert [text for text in some if hits_at_first(policy(), text) != hits_on_whole(policy(), text)] == []


@pytest.mark.slow
def test_own_sentences_are_read_as_spacy_reads_them() -> None:
    by_spacy, rng = read_by_spacy(TextPolicy()), random.Random(0)
    some = [*OWN, *(sentence.text for sentence in rng.sample(all_sentences(), 300))]
    some += [
        " ".join(disguise(word, rng.randrange(60), rng.choice(SIGNS)) for word in text.split())
        for text in some
    ]
    assert [text for text in some if policy().hits(text) != by_spacy.hits(text)] == []


@pytest.mark.skipif(
    "WITHSENSE_FOLDER" not in os.environ, reason="needs the real folder: set WITHSENSE_FOLDER"
)
def test_real_captions_are_read_by_their_words_as_they_are_read_as_a_whole() -> None:
    with (Path(os.environ["WITHSENSE_FOLDER"]) / "captions.csv").open(encoding="utf-8", newline="") as stream:
        captions = [row["query_text"] for row in csv.DictReader(stream)]
    assert [text for text in captions if hits_at_first(policy(), text) != hits_on_whole(policy(), text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "a c h i l d runs",
        "a tod dler runs -",
        "a child<b>ren</b> choir",
        "she is 2 y 3 m -",
        "mybabyboy sleeps",
        "a chiiild runs",
        "x" * 1_100 + " -",
    ],
)
def test_what_reaches_over_a_blank_or_is_disguised_is_read_as_a_whole(text: str) -> None:
    (book, *_), clean = policy()._books, visible(text)
    book.verdicts(clean, "latin", is_plain(text))
    assert book._first_passes["latin"].look(clean, is_plain(text)) is None


@pytest.mark.parametrize(
    "text", ["Two dogs chase a ball .", "A well-known hill, 1,900 m", "A man's hat: 3 in 1"]
)
def test_harmless_texts_need_no_more_than_a_first_look(text: str) -> None:
    (book, *_), clean = policy()._books, visible(text)
    book.verdicts(clean, "latin", is_plain(text))
    look = book._first_passes["latin"].look(clean, is_plain(text))
    assert look is not None
    assert not look.matches


def test_a_rule_file_of_ones_own_is_read_the_same_way() -> None:
    file = rule_file(
        rule("[GOBLIN]", "little? [imp] _{0,2} here"),
        rule("[GOBLIN] CAPITAL|king|STOP", name="king", decision="exempt"),
        words='GOBLIN = "goblin hobgoblin"\n[joined]\nchild = "goblin"\nother = "my red"',
    )
    book = RuleBook([file], 16)
    some = [
        "my goblin King",
        "a g0blin",
        "mygoblin",
        "a gob-lin",
        "an imp is here",
        "a goblin .",
        "g o b l i n",
    ]
    for text in some:
        assert book.verdicts(text, "latin", False) == book.verdicts_on_whole(text, "latin", False)
    assert [bool(book.verdicts(text, "latin", False)) for text in some] == [True] * 7


def test_a_rule_that_needs_but_the_ends_of_a_text_is_read_the_same_way() -> None:
    book = RuleBook([rule_file(rule("STOP [_] STOP"))], 16)
    some = ["dog", "собака", "a dog"]
    assert [bool(book.verdicts(text, "latin", False)) for text in some] == [True, True, False]


@pytest.mark.parametrize("text", ["перво классник спит", "Дев очка у моря", "У нас первый раз в цирке"])
def test_a_word_cut_in_two_is_read_as_a_whole(text: str) -> None:
    (book, *_) = policy()._books
    book.verdicts(text, "cyrillic", False)
    assert book._first_passes["cyrillic"].look(text, False) is None


def test_new_words_alike_are_one_thing_in_memory() -> None:
    (book, *_) = policy()._books
    book.verdicts("Мужчина", "cyrillic", False)
    memory = book._first_passes["cyrillic"]._other
    words = ["брындалка", "фуцишонный", "лютиброк"]
    assert len({id(memory[word]) for word in words}) == len({id(memory[f"«{word}»,"]) for word in words}) == 1


def test_different_captions_are_read_at_once() -> None:
    rng, words = random.Random(0), [word for text in OWN[:2] for word in text.split()]
    captions = [" ".join(rng.choices(words, k=12)) for _ in range(4_000)]
    policy().verdicts(captions[:100])
    with at_once(1.0):
        policy().verdicts(captions[100:])
