from __future__ import annotations

import random
import string

import pytest

from withsense_tf.data.named import column_text, name_text, own_texts
from withsense_tf.policy.texts.text_policy import TextPolicy

LAW = TextPolicy(16)


def restricts(text: str) -> bool:
    return LAW.verdict(text).restricted


@pytest.mark.closed
@pytest.mark.parametrize(
    "name",
    [
        "little_girl_01.jpg",
        "LittleGirl01.JPG",
        "little.girl.png",
        "little%20girl.jpg",
        "little-girl(2).jpeg",
        "my+toddler.webp",
        "IMG_0001 (my son).jpg",
        "kids2015.jpg",
        "20150501kids.jpg",
        "2girls2boys.jpg",
        "7yo_on_a_swing.jpg",
        "age_7.jpg",
        "девочка_01.jpg",
        "маленький-мальчик.jpg",
        "child",
        "boy_16.jpg",
        "мальчик_16.jpg",
        "孩子.jpg",
    ],
)
def test_a_name_that_speaks_of_a_child_restricts(name: str) -> None:
    assert restricts(name_text(name))


@pytest.mark.parametrize(
    "name",
    [
        "IMG_0001.JPG",
        "IMG-20200501-WA0001.jpg",
        "DSC00012.jpg",
        "DSCN0012.jpg",
        "DSCF0001.JPG",
        "P1010001.JPG",
        "PXL_20220101_123456789.jpg",
        "GOPR0012.jpg",
        "DJI_0007.jpg",
        "MVIMG_20190101_101112.jpg",
        "1000092795.jpg",
        "1000268201_693b08cb0e.jpg",
        "12_7.jpg",
        "Screenshot_2020-05-01-10-11-12.png",
        "WhatsApp_Image_2020-05-01_at_10.11.12.jpeg",
        "image7.png",
        "photo_12.jpg",
        "cat_3.jpg",
        "Anna_7.jpg",
        "room12.jpg",
        "baby_carrots.jpg",
        "kitten.jpg",
        "beach_14.jpg",
        "wedding-7.jpg",
        "child-free_hotel.jpg",
        "page_7.png",
        "Babylon.jpg",
        "boyfriend.jpg",
        "Rothschild.jpg",
        "0b8bebe4-babe-4bad-9dad-babe00c0ffee.jpg",
    ],
)
def test_names_of_cameras_programs_and_other_things_are_innocent(name: str) -> None:
    assert not restricts(name_text(name))


def test_names_that_are_drawn_by_lot_are_innocent() -> None:
    rng = random.Random(0)
    hexes = ["".join(rng.choices("0123456789abcdef", k=n)) for n in (10, 32, 40) for _ in range(300)]
    lots = [
        "".join(rng.choices(string.ascii_letters + string.digits, k=n)) for n in (11, 22) for _ in range(300)
    ]
    assert [name for name in hexes if restricts(name_text(f"{name}.jpg"))] == []
    # "9y" at the end of one is an age, and a word may come up by chance.
    assert sum(restricts(name_text(f"{name}.jpg")) for name in lots) <= 1


@pytest.mark.closed
@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("children", 2.0),
        ("children", "2"),
        ("num_kids", 1.0),
        ("numkids", 3.0),
        ("hasChild", "yes"),
        ("has_child", "unknown"),
        ("minors", "true"),
        ("is_minor", "yes"),
        ("toddlers present", "x"),
        ("child_name", "Anna"),
        ("child_free", "no"),
        ("age", 7.0),
        ("age", "0"),
        ("age (years)", 15.0),
        ("Ages", "42, 7"),
        ("age", "7 years"),
        ("возраст", 7.0),
        ("дети", "да"),
        ("title", "my toddler on a swing"),
        ("copyright", "small girl studio"),
        ("camera", "the toddler's own camera"),
        ("", "a child"),
    ],
)
def test_a_cell_that_speaks_of_a_child_restricts(column: str, cell: str | float) -> None:
    assert restricts(column_text(column, cell))


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("children", 0.0),
        ("children", "0"),
        ("children", "none"),
        ("has_kids", "No"),
        ("has_kids", "нет"),
        ("kids", ""),
        ("kids", "n/a"),
        ("child_free", "yes"),
        ("no_children", "true"),
        ("adults_only", "no"),
        ("age", 16.0),
        ("age", "42"),
        ("average", 7.0),
        ("stage", "7"),
        ("page", 12.0),
        ("iso", 7.0),
        ("stars", 5.0),
        ("date", "2010-05-07"),
        ("camera", "Canon EOS Kiss X7"),
        ("author", "Julia Child"),
        ("name", "Number seven"),
        ("scale", "minor"),
        ("latitude", 12.0),
    ],
)
def test_a_cell_that_says_no_or_something_else_is_innocent(column: str, cell: str | float) -> None:
    assert not restricts(column_text(column, cell))


def test_each_text_is_told_with_its_place() -> None:
    cells = [("Title", "my bike"), ("children", 0.0), ("camera", "Leica")]
    assert own_texts("red_bike.jpg", cells, {"camera"}) == [
        ("name of red_bike.jpg", "red bike"),
        ("column title of red_bike.jpg", "Title . my bike"),
    ]


@pytest.mark.closed
@pytest.mark.parametrize(
    "name",
    [
        "b0y.jpg",
        "k1d_01.jpg",
        "👶.jpg",
        "g_i_r_l.jpg",
        "%256Bid.jpg",
        "PhotoOfMySon.jpg",
        "IMGboy.jpg",
        "dogandboy.jpg",
        "boy_dog.jpg",
        "2kids1dog.jpg",
    ],
)
def test_a_disguised_name_speaks_too(name: str) -> None:
    assert restricts(name_text(name))


@pytest.mark.closed
@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("age", "seven"),
        ("person_age", "twelve"),
        ("age", "<16"),
        ("tags", "['kid','sea']"),
        ("is_adult", "no"),
        ("kidsfree", "no"),
    ],
)
def test_an_age_in_words_and_a_denied_adult_speak(column: str, cell: str) -> None:
    assert restricts(column_text(column, cell))
