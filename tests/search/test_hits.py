"""An answer as text, as JSON, as a sequence of photos and as a picture."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from withsense_tf.errors import SettingError
from withsense_tf.search import contact_sheet
from withsense_tf.search.hits import LABELS, Hits
from withsense_tf.search.places import Hit, Withheld

HIT = Hit(1, "a.png", Path("nowhere/a.png"), 0.5, 0.25, None, ("b.png", "c.png"), "0" * 64)
ANSWER = Hits("a wall", (HIT, Withheld(2, "the law")), message="One word is not known.", without=("dog",))


def test_an_answer_counts_its_photos_and_not_the_places_that_are_withheld() -> None:
    assert (list(ANSWER), len(ANSWER), bool(ANSWER)) == ([HIT], 1, True)
    assert ANSWER.withheld == (Withheld(2, "the law"),)
    assert not Hits("a wall", (Withheld(1, "the law"),))


def test_as_text_each_place_is_a_line_with_what_its_score_is_made_of() -> None:
    assert ANSWER.as_text().splitlines() == [
        "Without photos that say: dog",
        "  1  0.50  a.png  (pixels 0.25, and 2 like it)",
        "  2  the law",
        "One word is not known.",
    ]


def test_labels_are_in_the_language_that_is_asked_for() -> None:
    lines = replace(ANSWER, like="x.png").as_text("ru").splitlines()
    assert lines[:3] == [
        "Похоже на: x.png",
        "Без снимков, о которых сказано: dog",
        "  1  0.50  a.png  (пиксели 0.25, и похожих: 2)",
    ]
    assert {language: sorted(labels) for language, labels in LABELS.items()} == {
        "en": sorted(LABELS["en"]),
        "ru": sorted(LABELS["en"]),
    }


def test_places_in_a_row_that_are_withheld_are_one_line_of_text() -> None:
    row = tuple(Withheld(place, "the law") for place in range(2, 6))
    lines = Hits("a wall", (HIT, *row)).as_text().splitlines()
    assert lines[1:] == ["  2  the law (x 4)"]
    assert len(Hits("a wall", (HIT, *row)).as_dict()["withheld"]) == 4


def test_a_photo_is_named_above_only_beside_a_text() -> None:
    assert "Like: x.png" in Hits("a wall", like="x.png").as_text()
    assert Hits("", like="x.png").as_text() == ""


def test_as_json_hits_and_withheld_places_stand_apart() -> None:
    answer = ANSWER.as_dict()
    assert [hit["photo"] for hit in answer["hits"]] == ["a.png"]
    assert answer["withheld"] == [{"place": 2, "notice": "the law"}]
    # Who made no search names nothing that it was made with.
    assert answer["encoders"] is None
    assert (answer["without"], answer["notice"], answer["after"]) == (["dog"], None, None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Hits("a child", notice="the law"), "Hits('a child': the law)"),
        (Hits("", like="x.png", message="no match"), "Hits('x.png': no match)"),
        (Hits("a wall", (HIT,)), "Hits('a wall': 1 photos)"),
        (
            Hits("a wall", (HIT,), without=("dog",), where=("iso<=400", "camera=Leica M6"), country="BB"),
            "Hits('a wall'; Without photos that say: dog; Filters: iso<=400, camera=Leica M6; Country: BB: 1 photos)",
        ),
    ],
)
def test_in_a_console_an_answer_says_the_most_important(answer: Hits, expected: str) -> None:
    assert repr(answer) == expected


def test_a_notebook_and_a_file_get_the_same_picture(tmp_path: Path) -> None:
    file = ANSWER.save(tmp_path / "sheet.png")
    shown = Image.open(io.BytesIO(ANSWER._repr_png_()))
    assert Image.open(file).tobytes() == shown.tobytes()


def test_an_answer_says_by_what_it_was_asked_in_each_form(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = replace(ANSWER, where=("iso<=400",), country="BB")
    lines = ["Without photos that say: dog", "Filters: iso<=400", "Country: BB"]
    assert answer.as_text().splitlines()[:3] == lines
    assert answer.as_text("ru").splitlines()[:3] == [
        "Без снимков, о которых сказано: dog",
        "Фильтры: iso<=400",
        "Страна: BB",
    ]
    assert (answer.as_dict()["where"], answer.as_dict()["country"]) == (["iso<=400"], "BB")
    heads: list[str] = []
    monkeypatch.setattr(contact_sheet, "contact_sheet", lambda lines, *_: heads.extend(lines))
    answer.sheet()
    assert heads == ["“a wall”", *lines]


def test_a_file_that_is_no_picture_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="contact sheet"):
        ANSWER.save(tmp_path / "sheet.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_is_told_the_option_and_python_the_argument_by_which_the_nearest_come() -> None:
    nothing = Hits("a submarine", message="No submarine found; nearest with minimum=0.")
    assert nothing.as_text() == "No submarine found; nearest with --minimum 0."
    assert nothing.as_dict()["message"] == nothing.message
    assert "minimum=0" in repr(nothing)
    least = Hits(
        "", like="x.png", message="No good match: the best photo scores 0.31, and 0.33 is the least."
    )
    assert least.as_text().endswith("and 0.33 is the least; nearest with --minimum 0.")


def test_a_hit_is_taken_by_its_number_as_the_answer_counts_them() -> None:
    answer = Hits("a wall", (Withheld(1, "the law"), HIT))
    assert (answer[0], answer[-1], answer[:2]) == (HIT, HIT, (HIT,))
    with pytest.raises(IndexError):
        answer[1]


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="save expects the name of a picture"):
        ANSWER.save(None)
