"""Words that a model does not know are named, with a likely one that the law lets be asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from quick import at_once
from small_index import LAW

from withsense_tf.search.query.known_words import not_known, not_read, not_shut_out, other_language


def form_of(*known: str) -> Any:
    text = SimpleNamespace(
        known_words=known, unknown=lambda text: [one for one in text.split() if one not in known]
    )
    return SimpleNamespace(text=text, unknown=text.unknown)


@pytest.mark.parametrize(
    ("text", "known", "said"),
    [
        ("a toddle", ["toddler", "a"], "toddle."),
        ("a todler on a bech", ["toddler", "beach", "a", "on"], "todler, bech (did you mean beach?)."),
        (
            "ребенок и собока",
            ["ребёнок", "ребенка", "собака", "и"],
            "ребенок, собока (did you mean собака?).",
        ),
        # Restricted under the age limit of some country only.
        ("a teenagr", ["teenager", "a"], "teenagr."),
        ("a 7 yera old", ["year", "a", "7", "old"], "yera."),
        ("a 70 yera old man", ["year", "a", "70", "old", "man"], "yera (did you mean year?)."),
        # The next best that is allowed is suggested.
        ("a boyy", ["boy", "boyd", "a"], None),
    ],
)
def test_no_word_is_suggested_that_the_law_forbids(text: str, known: list[str], said: str | None) -> None:
    told = not_known(text, form_of(*known), LAW)
    assert told is not None
    assert "did you mean boy?" not in told
    if said is not None:
        assert told == f"Not known to this index, and so not looked for: {said}"


def test_a_query_of_unknown_words_is_answered_at_once() -> None:
    known = [f"{word}{n}" for word in ("mountain", "harbour", "umbrella", "bicycle") for n in range(2_500)]
    text = " ".join(f"bicycl{chr(97 + n % 26)}{n}x" for n in range(90))
    with at_once(4):
        told = not_known(text, form_of(*known), LAW)
    assert told is not None
    assert told.endswith(" and 80 more.")


@pytest.mark.parametrize("word", ["across", "big", "older", "через", "большая", "первый"])
def test_a_word_that_tells_nothing_is_never_named_as_unknown(word: str) -> None:
    told = not_known(f"дирижабль {word}", form_of(), LAW)
    assert told == "Not known to this index, and so not looked for: дирижабль."


@pytest.mark.parametrize("text", ["upon several", "a big one", "новый большой", "через"])
def test_a_query_of_such_words_alone_describes_nothing(text: str) -> None:
    form = form_of()
    form.why_no_texts, form.text.why_not_read = "", lambda _: ""
    told = not_read(text, form, LAW)
    assert told is not None
    assert told.startswith("The query describes nothing.")
    # Where captions have such a word, it is looked for.
    assert not_read("a big one", form, LAW, lambda word: word == "big") is None


def test_where_no_telling_word_is_known_only_telling_ones_are_listed() -> None:
    form = form_of()
    form.why_no_texts, form.text.why_not_read = "", lambda _: ""
    told = not_read("большой дирижабль около xyzzy", form, LAW)
    assert told == "No telling word of the query is known to this index: дирижабль, xyzzy. Say it otherwise."


@pytest.mark.parametrize(
    ("term", "are_russian", "is_said"),
    [
        ("авиамоторов", False, True),
        ("красных авиамоторов", False, True),
        ("собак", False, False),
        ("солнечных очков", False, False),
        ("авиамоторов", True, False),
        ("авиамоторов", None, False),
        ("parraglider", True, True),
        ("dog", True, False),
        ("parraglider", False, False),
        ("nikon 90", True, False),
    ],
)
def test_a_minus_word_that_captions_have_in_another_language_by_no_known_word_is_said(
    term: str, are_russian: bool | None, is_said: bool
) -> None:
    shown: Any = SimpleNamespace(are_russian=are_russian, has=lambda word: word == "nikon")
    assert not_shut_out([term], shown) == ((term,) if is_said else ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("koira juoksee rannalla", "koira, juoksee, rannalla"),
        ("Ein Hund läuft am Strand", "ein, hund, läuft"),
        ("tyttö", "tyttö"),
        ("犬", "犬"),
        ("dos perros corren por la playa", "perros, corren, por"),
        ("zwei Hunde am Strand", "zwei, hunde"),
        ("une femme en robe rouge", "une, en"),
        ("kobieta w czerwonym kapeluszu", "kobieta, w, czerwonym, kapeluszu"),
        ("жінка в червоному капелюсі", "жінка, червоному, капелюсі"),
        ("две кучета тичат по плажа", "кучета, тичат, плажа"),
        # Two may be new words, or names; what has digits is neither.
        *(
            (text, None)
            for text in ("a pokeball and tamagotchi", "wi-fi", "selfies vlogger", "човек вози бицикл")
        ),
        *((text, None) for text in ("IMG_1234 DSC0001", "10km 5k", "kitesurfing snowkiting")),
        # No language has such words.
        ("qwrtplk zxcvbn", None),
        ("cosplay with a pokeball in street style", None),
        ("a dog at a café", None),
        ("a kaiju and a dog", None),
        # It may be a name, or a new word.
        ("Godzilla", None),
        ("собака на пляже", None),
        ("2024", None),
    ],
)
def test_a_query_in_a_language_that_is_not_read_is_told_so(text: str, words: str | None) -> None:
    form: Any = SimpleNamespace(text=SimpleNamespace(languages=("English", "Russian")))
    nobody: Any = SimpleNamespace(has=lambda _: False)
    note = other_language(text, form, nobody)
    expected = "This index reads English and Russian, and words of the query seem to be in another language: "
    assert note == (None if words is None else f"{expected}{words}.")
    everybody: Any = SimpleNamespace(has=lambda _: True)
    assert other_language(text, form, everybody) is None
    form.text.languages = ()
    assert other_language(text, form, nobody) is None


def test_slips_whose_corrections_are_usual_words_are_of_no_other_language() -> None:
    form: Any = SimpleNamespace(text=SimpleNamespace(languages=("English", "Russian")))
    shown: Any = SimpleNamespace(has=lambda word: word == "wakeboarder")
    slips = {"bycicle": "bicycle", "runing": "running", "waekboarder": "wakeboarder"}
    text = " ".join(slips)
    assert other_language(text, form, shown) is not None
    assert other_language(text, form, shown, slips.items()) is None
    # A rare word corrects nothing here.
    rare = {"zwei": "wei", "perros": "perron", "corren": "correl"}
    assert other_language(" ".join(rare), form, shown, rare.items()) is not None
