"""British and American spellings are known both ways, and words that only look so are left alone."""

from __future__ import annotations

import pytest

from withsense_tf.encoders.english_spellings import other_spelling


@pytest.mark.parametrize(
    ("british", "american"),
    [
        pair.split("/")
        for pair in [
            "tyre/tire",
            "tyres/tires",
            "grey/gray",
            "colour/color",
            "coloured/colored",
            "harbours/harbors",
            "theatre/theater",
            "jewellery/jewelry",
            "pyjamas/pajamas",
            "moustache/mustache",
            "moustached/mustached",
            "aeroplanes/airplanes",
            "kerb/curb",
            "ploughing/plowing",
            "doughnuts/donuts",
            "programme/program",
            "organised/organized",
            "realising/realizing",
            "travelled/traveled",
            "traveller/traveler",
            "neighbours/neighbors",
            "centre/center",
            "metres/meters",
            "signalling/signaling",
            "woollen/woolen",
            "analyse/analyze",
            "favourite/favorite",
        ]
    ],
)
def test_each_spelling_gives_the_other(british: str, american: str) -> None:
    assert other_spelling(british) == american
    assert other_spelling(american) == british


@pytest.mark.parametrize(
    "word",
    [
        "filled",
        "filed",
        "tour",
        "tor",
        "four",
        "hour",
        "pour",
        "here",
        "there",
        "fire",
        "acre",
        "prize",
        "rise",
        "raise",
        "size",
        "wise",
        "called",
        "willing",
        "rolled",
        "sour",
        "greyhound",
        "dog",
        "her",
        "over",
        "собака",
        "шины",
    ],
)
def test_words_that_only_look_so_have_no_other_spelling(word: str) -> None:
    assert other_spelling(word) is None
