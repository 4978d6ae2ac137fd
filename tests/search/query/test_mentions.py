from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withsense_tf.search.query.mentions import may_be_said, mentions, shuts_out_children


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A dog runs on a beach .", "dog"),
        ("Three dogs are running", "dog"),
        ("A DOG", "dogs"),
        ("Two men and a dog's bowl", "man"),
        ("Golden leaves on a path", "leaf"),
        ("A red car by the road", "red car"),
        ("Three red cars", "red car"),
        ("Собаки бегут по пляжу", "собака"),
        ("Мальчик гуляет с собакой", "собак"),
        ("Ёлка во дворе", "елка"),
        ("A helmeted man on steps", "helmet"),
        ("Dogs on snowy ground", "снега"),
        ("A rocky beach", "rocks"),
        ("Белки на дереве", "белка"),
        ("Две красные машины стоят у дома", "красная машина"),
    ],
)
def test_a_term_is_mentioned_in_any_of_its_forms(caption: str, term: str) -> None:
    assert mentions(caption, term)


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A man eats hotdogs", "dog"),
        ("A busy street", "bus"),
        ("A cherry orchard in bloom", "cherries"),
        ("A rugged mountain", "rug"),
        ("A party in a park", "part"),
        ("Two pretty birds", "prett"),
        ("A car with red seats", "red car"),
        ("A red bus and a blue car", "red car"),
        ("A cat sleeps", "dog"),
        ("", "dog"),
        ("A dog", ""),
        ("A dog", "!"),
    ],
)
def test_other_words_are_no_mention(caption: str, term: str) -> None:
    assert not mentions(caption, term)


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A beach without a dog", "dog"),
        ("A beach with no dogs on it", "dog"),
        ("There is no dog on the beach", "dog"),
        ("A street without red cars", "red car"),
        ("A beach without cats or dogs", "dog"),
        ("A sign says no dogs", "dog"),
        ("Пляж без собак", "собака"),
        ("Пляж без кошек и собак", "собака"),
        ("На пляже нет собак", "собака"),
    ],
)
def test_what_a_caption_says_is_not_there_is_no_mention(caption: str, term: str) -> None:
    assert not mentions(caption, term)


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A man without a hat walks a dog", "dog"),
        ("A dog without a collar plays with another dog", "dog"),
        ("Мужчина без шляпы гуляет с собакой", "собака"),
    ],
)
def test_a_term_beside_what_is_not_there_is_mentioned(caption: str, term: str) -> None:
    assert mentions(caption, term)


@pytest.mark.parametrize("caption", ["A man on a bench", "Two women", "Девочка рисует", "A crowd of people"])
@pytest.mark.parametrize("term", ["people", "людей"])
def test_anybody_is_a_mention_of_people(caption: str, term: str) -> None:
    assert mentions(caption, term)


def test_people_are_no_mention_of_a_man() -> None:
    assert not mentions("Some people", "man")


@given(st.lists(st.sampled_from(["dog", "red", "car", "собака", "мяч", "boat"]), min_size=1, max_size=4))
def test_a_text_mentions_each_of_its_words(caption: list[str]) -> None:
    assert all(mentions(" ".join(caption), word) for word in caption)


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_caption_and_any_term_have_an_answer(caption: str, term: str) -> None:
    assert mentions(caption, term) in (True, False)


def test_british_and_american_spellings_are_one_word() -> None:
    assert mentions("Two tires on a gray wall", "tyre")
    assert mentions("A grey wall", "gray walls")
    assert not mentions("A tour of a wall", "tor")


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A bunch of dogs on a beach .", "собак"),
        ("A bunch of dogs on a beach .", "собаку"),
        ("A dog runs through snow", "снег"),
        ("A dog chases a ball", "мяча"),
        ("A red car", "красных машин"),
        ("A man in sunglasses", "солнечных очков"),
        ("A submarine", "подводной лодки"),
        ("A squirrel on a log", "белкой"),
        ("Рыжая белка на бревне", "squirrels"),
        ("Белые медведи на льдине", "polar bear"),
        ("Две подводные лодки", "submarine"),
    ],
)
def test_a_term_is_mentioned_in_the_other_language_in_any_form(caption: str, term: str) -> None:
    assert mentions(caption, term)


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("Santa on a sleigh", "деда"),
        ("Дед на лавке, мороз", "santa"),
        ("A beach without dogs", "собак"),
        ("A person on a bench", "дома"),
    ],
)
def test_half_of_a_phrase_and_what_is_absent_are_no_mention_in_the_other_language(
    caption: str, term: str
) -> None:
    assert not mentions(caption, term)


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A bike lane at night", "bikes"),
        ("A glass building", "glasses"),
        ("A glass building", "очков"),
        ("A flower pot", "flowers"),
        ("A horse race track", "horses"),
    ],
)
def test_a_word_before_a_thing_is_no_mention_of_a_term_in_the_plural(caption: str, term: str) -> None:
    assert not mentions(caption, term)


@pytest.mark.parametrize(
    ("caption", "term"),
    [
        ("A man and his dog walk on a beach", "dogs"),
        ("A dog outside", "dogs"),
        ("A glass of wine", "glasses"),
        ("A car, road and sky", "cars"),
        ("A stone on a bridge", "stones"),
        ("A flower pot", "flower"),
        ("A man in glasses", "очки"),
    ],
)
def test_a_single_thing_is_a_mention_of_a_term_in_the_plural(caption: str, term: str) -> None:
    assert mentions(caption, term)


@pytest.mark.parametrize(
    "caption",
    ["A bicyclist on a road", "Skiers on a slope", "A kitesurfer", "Лыжники на склоне", "Гитаристка"],
)
@pytest.mark.parametrize("term", ["people", "людей", "person"])
def test_every_word_for_somebody_is_a_mention_of_people(caption: str, term: str) -> None:
    assert mentions(caption, term)


@pytest.mark.parametrize("term", ["people", "людей"])
@pytest.mark.parametrize(
    "caption", ["A badger", "A toaster", "A snowman", "Синица", "A slope without skiers"]
)
def test_beasts_things_and_who_is_not_there_are_no_people(caption: str, term: str) -> None:
    assert not mentions(caption, term)


def test_a_term_may_be_said_where_any_caption_has_its_word_or_may_mean_anybody() -> None:
    terms = ("dogs", "ferret", "собак", "red dog", "kids")
    assert [may_be_said(term, {"dog"}.__contains__) for term in terms] == [True, False, True, False, True]


def test_children_are_shut_out_by_their_words_and_by_those_for_anybody() -> None:
    terms = ("people", "children", "девочек", "людей", "red people", "dog")
    assert [shuts_out_children(term) for term in terms] == [True, True, False, True, False, False]
