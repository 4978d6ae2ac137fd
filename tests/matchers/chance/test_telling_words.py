"""A word of function, size, age, order or quality is no word that a photo could lack."""

from __future__ import annotations

import pytest

from withsense_tf.matchers.chance.telling_words import tells, words_to_read

ENGLISH_OF_FUNCTION = """across along among around behind beside between beyond despite except inside near opposite
    outside past through throughout toward towards underneath until upon versus within although because unless
    whether while himself themselves somebody everyone whose whichever should would very quite almost several many such
    another"""
ENGLISH_OF_MANNER = """big bigger biggest large huge small tiny tall longest narrow old older newest young first
    second last next good better best nice prettiest beautiful lovely ordinary typical different"""
RUSSIAN_OF_FUNCTION = """через около возле среди против вместо кроме между сквозь вокруг вдоль напротив позади рядом
    вместе если хотя чтобы потому пока либо ведь лишь даже разве себя свой мой каждого какая нибудь несколько очень
    самый"""
RUSSIAN_OF_MANNER = """большой большая больших маленькая маленького огромные высокий длинная узкой новый старую молодого
    старинные первый вторая последнего хороший лучшая красивая красивейший обычный другие больше"""
TELLING = """zeppelin submarine beach red wooden empty wet running pier drum northern asleep дирижабль пляж красная
    деревянный пустой мокрую бежит пирс барабан северный стол лес печь дым луг"""


@pytest.mark.parametrize(
    "word",
    " ".join([ENGLISH_OF_FUNCTION, ENGLISH_OF_MANNER, RUSSIAN_OF_FUNCTION, RUSSIAN_OF_MANNER]).split(),
)
def test_a_word_of_function_size_age_order_or_quality_tells_nothing_that_a_photo_could_lack(
    word: str,
) -> None:
    assert not tells(word)


@pytest.mark.parametrize("word", TELLING.split())
def test_a_word_that_a_photo_could_lack_tells_something(word: str) -> None:
    assert tells(word)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("девушка на фоне башни", ["девушка", "башни"]),
        ("поле во время грозы", ["поле", "грозы"]),
        ("торт в виде замка", ["торт", "замка"]),
        ("лодка возле берега, среди камней", ["лодка", "берега", "камней"]),
    ],
)
def test_russian_prepositions_of_one_word_or_two_are_not_read(text: str, left: list[str]) -> None:
    assert words_to_read(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("портрет, размытый фон", ["портрет", "размытый", "фон"]),
        ("девушка на белом фоне", ["девушка", "белом", "фоне"]),
        ("лодки на фоне", ["лодки", "фоне"]),
        ("волна и мол", ["волна", "мол"]),
        ("среди", ["среди"]),
    ],
)
def test_what_is_a_thing_by_itself_is_read(text: str, left: list[str]) -> None:
    assert words_to_read(text) == left
