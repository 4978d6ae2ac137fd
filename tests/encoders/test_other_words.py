from __future__ import annotations

import pytest

from withsense_tf.common.words import lemma
from withsense_tf.encoders import other_words as module
from withsense_tf.encoders.other_words import has_others, is_said, is_told, other_words, times_told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sofa", "couch"),
        ("bike", "bicycle"),
        ("mum", "mom"),
        ("машина", "автомобиль"),
        ("guy", "man"),
        ("lady", "woman"),
        ("canine", "dog"),
    ],
)
def test_words_that_say_the_same_tell_of_each_other(one: str, other: str) -> None:
    assert is_told(one, {other})
    assert is_told(other, {one})


def test_two_words_tell_of_one_where_both_are_said() -> None:
    assert is_told("cafe", {"coffee", "shop"})
    assert is_told("couple", {"a", "man", "woman"})
    assert not is_told("cafe", {"coffee", "cup"})
    assert not is_told("couple", {"woman", "dog"})
    assert "cafe" in other_words("coffee shop")


@pytest.mark.parametrize(
    ("general", "special"),
    [
        *(("people", word) for word in ("man", "woman", "person", "guy", "lady", "couple", "surfer", "girl", "crowd")),
        *(("person", word) for word in ("man", "woman", "skier")),
        ("man", "grandpa"), ("musician", "guitarist"), ("woman", "bride"), ("phone", "smartphone"),
        ("человек", "мужчина"), ("человек", "лыжник"), ("женщина", "бабушка"), ("рыбалка", "fisherman"),
    ],
)  # fmt: skip
def test_a_general_word_is_told_by_a_more_special_one_and_this_not_by_that(
    general: str, special: str
) -> None:
    assert is_told(general, {special})
    assert (general == "people" and special == "person") or not is_told(special, {general})


def test_no_word_for_a_man_tells_of_a_woman_nor_the_other_way_round() -> None:
    for man, woman in (("man", "woman"), ("мужчина", "женщина")):
        men, women = ({lemma(word), *other_words(lemma(word))} for word in (man, woman))
        assert len(men) > 5 < len(women)
        assert not any(is_told(one, women) for one in men)
        assert not any(is_told(one, men) for one in women)


def test_captions_that_tell_of_a_word_are_counted_each_once() -> None:
    captions = " a  couch \n a  sofa  and  settee \n a  chair "
    assert times_told("sofa", captions) == 2
    assert times_told("chair", captions) == 1
    assert not has_others("chair")


@pytest.mark.parametrize(
    ("word", "caption", "tells"),
    [
        ("couple", " two  people  watch ", 1),
        ("couple", " two  dog  and  people  watch ", 0),
        ("couple", " a  man  and  woman ", 1),
        ("cafe", " a  coffee  shop ", 1),
        ("cafe", " a  coffee  cup  in  shop ", 0),
        ("coffee shop", " a  cafe ", 1),
        ("coffee shop", " a  coffee  shop ", 1),
    ],
)
def test_of_a_name_of_two_words_a_caption_must_have_both_in_a_row(
    word: str, caption: str, tells: int
) -> None:
    assert times_told(word, caption) == tells


def test_a_word_is_said_where_captions_have_all_that_tells_of_it() -> None:
    assert is_said("sofa", {"couch"}.__contains__)
    assert is_said("cafe", {"coffee shop"}.__contains__)
    assert is_said("couple", {"man + woman"}.__contains__)
    for others in ({"coffee", "shop"}, {"man"}, {"chair"}):
        assert not any(is_said(word, others.__contains__) for word in ("sofa", "cafe", "couple"))


def test_a_word_stands_in_one_group_of_those_that_say_the_same() -> None:
    groups = [*module._groups(module._SAME, False), *module._groups(module._SAME, True)]
    words = [word for group in groups for word in group]
    assert len(words) == len(set(words))
    assert all(len(group) > 1 for group in groups)
