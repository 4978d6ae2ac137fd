"""Where a Russian phrase that says what is not wanted begins and ends."""

from __future__ import annotations

import pytest
from cuts import cut_of

from withsense_tf.search.query.without_russian import cut_at


@pytest.mark.parametrize(
    ("text", "phrase", "terms"),
    [
        ("пляж без собак", "без собак", ["собак"]),
        ("пляж без людей на рассвете", "без людей", ["людей"]),
        ("улица, где нет машин", "где нет машин", ["машин"]),
        ("парк, людей нет", "людей нет", ["людей"]),
        ("парк без людей и собак", "без людей и собак", ["людей", "собак"]),
        ("двор, никаких машин", "никаких машин", ["машин"]),
        ("дом, у которого нет окон", "у которого нет окон", ["окон"]),
        ("дом, который без окон", "который без окон", ["окон"]),
        ("двор, ни машин, ни собак нет", "ни машин , ни собак нет", ["машин", "собак"]),
    ],
)
def test_a_phrase_ends_where_the_genitive_ends(text: str, phrase: str, terms: list[str]) -> None:
    found = cut_of(cut_at, text)
    assert found is not None
    assert found[:2] == (phrase, terms)


@pytest.mark.parametrize(
    "text",
    [
        "не без собак",
        "люди с и без собак",
        "пляж без",
        "пляж без и собак",
        "дед ни собак, ни кошек не любит",
        "кот, ни кожи ни рожи",
        "место, откуда нет дороги",
    ],
)
def test_what_may_mean_something_else_is_no_phrase(text: str) -> None:
    assert cut_of(cut_at, text) is None


def test_what_is_wanted_instead_is_joined_to_the_rest() -> None:
    found = cut_of(cut_at, "пляж без собак, но с кошками")
    assert found is not None
    assert found[1:] == (["собак"], " ")
