"""A word that nobody knows is corrected where one word can be meant, and the law says the same of both."""

from __future__ import annotations

import pytest
from slips_of_queries import Shown, corrected, form_of
from small_index import LAW

from withsense_tf.search.query.corrections import correct, strange_words, with_meant_word
from withsense_tf.search.query.parse import parse_query


@pytest.mark.parametrize(
    ("text", "word", "better"),
    [
        ("a motorcicle", "motorcicle", "motorcycle"),
        ("Motorcicle, parked", "motorcicle", "motorcycle"),
        ("umberlla on a beach", "umberlla", "umbrella"),
        ("a bicylce", "bicylce", "bicycle"),
    ],
)
def test_a_slip_is_corrected_from_the_list(text: str, word: str, better: str) -> None:
    said, corrections = corrected(text)
    assert corrections[word] == better
    assert better in said


def test_a_slip_is_corrected_though_an_encoder_of_sentences_reads_its_letters() -> None:
    form = form_of(("a", "motorcycle"))
    form.unknown = lambda _: ()
    query, corrections = correct(parse_query("a motorcicle"), form, Shown({}), LAW)
    assert dict(corrections) == {"motorcicle": "motorcycle"}
    assert query.text == "a motorcycle"
    # What it makes something of may be a new word that the list has not: only one of captions was meant.
    assert correct(parse_query("a segway on a hoverboard"), form, Shown({}), LAW)[1] == ()
    form.text.known_words = ("a", "motorcycle", "motorcicle")  # the captions that taught it write it so
    assert correct(parse_query("a motorcicle"), form, Shown({}), LAW)[1] == ()


@pytest.mark.parametrize(
    "text",
    [
        "a submarine",
        "zebras at a waterhole",
        "wakeboarding",
        '"motorcicle"',
        "in front of the Eifell tower",
        "qwertyuiop",
        "a dog",
        "dgo",
        "подводная лодка",
    ],
)
def test_real_words_quotations_names_and_nonsense_stay(text: str) -> None:
    assert corrected(text) == (text, {})


def test_a_word_of_captions_is_not_meant_where_one_of_the_list_is_nearer() -> None:
    form = form_of(("a", "smile"))
    form.unknown = lambda _: ()
    assert correct(parse_query("a man swiming"), form, Shown({"smiling": 3}), LAW)[1] == ()
    form.text.known_words = ("a", "smile", "swim")
    assert correct(parse_query("a man swiming"), form, Shown({"smiling": 3}), LAW)[1] == (
        ("swiming", "swimming"),
    )


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("a parraglider and a dog", ("parraglider (did you mean paraglider?)",)),
        ("мотофристайл и собака", ("мотофристайл",)),
        ("qwertyuiop", ("qwertyuiop",)),
        ('"parraglider" near the Eifell tower with a t-shirt, zorbing in the 80s, сноубордистка', ()),
    ],
)
def test_a_word_that_nobody_knows_is_named(text: str, strange: tuple[str, ...]) -> None:
    form = form_of(())
    form.unknown = lambda _: ()
    assert strange_words(text, form, Shown({"zorbing": 1}), LAW) == strange


def test_a_word_of_captions_comes_before_the_list() -> None:
    assert corrected("a zorbimg man", zorbing=1)[1] == {"zorbimg": "zorbing"}
    assert corrected("a bycicle", bicycle=3)[1] == {"bycicle": "bicycle"}


def test_of_two_that_may_be_meant_none_is_taken_unless_one_is_clearly_more_frequent() -> None:
    assert corrected("a xabcd", xabce=5, xabcf=4)[1] == {}
    assert corrected("a xabcd", xabce=50, xabcf=4)[1] == {"xabcd": "xabce"}


def test_a_russian_slip_is_corrected_from_captions_or_from_what_the_model_knows() -> None:
    assert corrected("собоки на пляже", known=("пляже", "на"), собаки=2)[1] == {"собоки": "собаки"}
    assert corrected("мотоцикол", known=("мотоцикл", "на"))[1] == {"мотоцикол": "мотоцикл"}


@pytest.mark.parametrize(
    ("word", "better"),
    [
        ("мотацикл", "мотоцикл"),
        ("велосепед", "велосипед"),
        ("пабережье", "побережье"),
        ("полецейский", "полицейский"),
        # A фонограф is as near in letters, but sounds otherwise.
        ("фатограф", "фотограф"),
    ],
)
def test_a_russian_slip_that_can_be_one_word_alone_is_corrected(word: str, better: str) -> None:
    assert corrected(word)[1] == {word: better}


@pytest.mark.parametrize(
    "word", ["скейтер", "сноубордист", "лабрадудль", "мячь", "велик", "сапсёрфинг", "смузи"]
)
def test_russian_words_that_are_real_new_or_near_to_several_stay(word: str) -> None:
    assert corrected(word) == (word, {})


@pytest.mark.parametrize(
    "text",
    [
        "a todler",
        "a chidl on a swing",
        "малышч",
        "ребенакк",
        "девачка",
        "подрасток",
        "a 7 yera old",
        "a teenagr",
        "babby",
    ],
)
def test_no_correction_makes_an_allowed_query_a_restricted_one(text: str) -> None:
    said, _ = corrected(text, toddler=9, child=9, year=9, teenager=9, baby=9)
    for limit in (16, 18):
        before, after = LAW.texts(limit).verdicts([text, said])
        assert after.restricted == before.restricted


def test_a_correction_outside_a_quotation_leaves_the_same_word_inside() -> None:
    said, corrections = corrected('"motorcicle" and motorcicle')
    assert said == '"motorcicle" and motorcycle'
    assert corrections == {"motorcicle": "motorcycle"}


@pytest.mark.parametrize(
    ("word", "captions", "answer"),
    [
        ("trial", {"trail": 9}, "trial (did you mean trail?)"),
        ("Trial", {"trail": 9, "trill": 2}, "Trial (did you mean trail?)"),
        ("trial", {"trials": 9}, "trial"),  # its own plural
        ("bread", {"break": 900, "breed": 9}, "bread"),
        ("trial", {"thrills": 9}, "trial"),
        ("nun", {"run": 900}, "nun"),  # a short word is near to too many
        ("god", {"dog": 900}, "god"),
        ("dgo", {"dog": 9, "dig": 900}, "dgo (did you mean dog?)"),
        ("chidl", {"child": 9}, "chidl"),  # nobody is asked to ask for a child
    ],
)
def test_beside_a_real_word_that_nothing_shows_stands_the_one_that_may_have_been_meant(
    word: str, captions: dict[str, int], answer: str
) -> None:
    assert with_meant_word(word, f"a forest {word}", Shown(captions), LAW) == answer


@pytest.mark.parametrize("word", ["моря", "белка"])
def test_a_russian_word_that_nothing_shows_is_named_as_it_was_typed(word: str) -> None:
    assert with_meant_word(word, f"у {word}", Shown({"лес": 3}), LAW) == word
