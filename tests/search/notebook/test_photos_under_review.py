"""What waits for a person is listed with why, and nothing that is decided or beyond doubt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.gate import Gate
from withsense_tf.policy.overrides import Override
from withsense_tf.search import contact_sheet
from withsense_tf.search.contact_sheet import draw_queue
from withsense_tf.search.notebook.explanation import waiting_photos

pytestmark = pytest.mark.closed
CAPTIONS = """photo,caption
ant.jpg,An ant on a leaf
bee.jpg,A toddler on a swing
cat.jpg,Someone sits on dad's shoulders
"""


@pytest.fixture
def photos(tmp_path: Path, new_photo: Callable[[Path, int], None]) -> Path:
    """Return a folder with a photo that is allowed, one that is blocked, one for review and one without captions."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, name in enumerate(("ant", "bee", "cat", "dog")):
        new_photo(folder / f"{name}.jpg", 10 * number)
    (folder / "captions.csv").write_text(CAPTIONS)
    return folder


def gate_of(folder: Path, *overrides: Override, **ownership: object) -> Gate:
    policy = Policy.default()
    rows = {str(number): one for number, one in enumerate(overrides)}
    return replace(policy, ownership=replace(policy.ownership, overrides=rows, **ownership)).gate(
        load_dataset(folder, tell=lambda _: None)
    )


def test_what_is_under_review_waits_and_nothing_else(photos: Path) -> None:
    waiting = waiting_photos(gate_of(photos))
    assert [(one.photo, one.rule, one.child) for one in waiting] == [
        ("cat.jpg", "told by deeds", None),
        ("dog.jpg", "no captions", None),
    ]
    assert waiting[0].evidence == ("cat.jpg#0: Someone sits [[on dad's shoulders]]",)


def test_where_no_rule_holds_nothing_waits(photos: Path) -> None:
    data = load_dataset(photos, tell=lambda _: None)
    assert (
        waiting_photos(Policy.default().gate(data, "US")) == [] or Policy.default().countries.rule("US").rule
    )


@pytest.mark.parametrize("decision", ["allow", "restrict"])
def test_what_somebody_decided_on_waits_no_more(photos: Path, decision: str) -> None:
    digest = load_dataset(photos, tell=lambda _: None).content["cat.jpg"]
    waiting = waiting_photos(gate_of(photos, Override("cat.jpg", decision, "Ann", "I looked", digest)))
    assert [one.photo for one in waiting] == ["dog.jpg"]


def test_a_copy_waits_with_its_photo_and_a_copy_of_what_is_blocked_does_not(photos: Path) -> None:
    with (photos / "captions.csv").open("a") as stream:
        stream.write("cat 2.jpg,A cat\nbee 2.jpg,A bee\n")
    for name in ("cat", "bee"):
        with Image.open(photos / f"{name}.jpg") as image:
            image.save(photos / f"{name} 2.jpg", quality=60)
    waiting = {one.photo: one.rule for one in waiting_photos(gate_of(photos))}
    assert waiting == {
        "cat.jpg": "told by deeds",
        "cat 2.jpg": "duplicate of cat.jpg, told by deeds",
        "dog.jpg": "no captions",
    }


def test_the_judges_number_orders_them_and_no_answer_comes_first(photos: Path) -> None:
    chances = {"ant.jpg": 0.9, "cat.jpg": 0.2, "dog.jpg": math.nan}
    judge = lambda paths: np.array([chances[path.name] for path in paths])  # noqa: E731  # as short as a judge can be
    waiting = waiting_photos(gate_of(photos, photo_judge=judge))
    assert [(one.photo, one.rule) for one in waiting] == [
        ("dog.jpg", "classifier"),
        ("ant.jpg", "classifier"),
        ("cat.jpg", "told by deeds"),
    ]
    assert [one.child for one in waiting[1:]] == [0.9, 0.2]
    assert waiting[1].evidence == ("child: 0.90",)


def test_what_the_second_reader_doubts_waits(photos: Path) -> None:
    text = "Grandma pushes the swing again and again"
    (photos / "captions.csv").write_text(
        f"photo,caption\nant.jpg,{text}\nbee.jpg,A bee\ncat.jpg,A cat\ndog.jpg,A dog\n"
    )
    assert [(one.photo, one.rule) for one in waiting_photos(gate_of(photos))] == [
        ("ant.jpg", "second reader")
    ]


def test_the_sheet_is_its_owners_alone_and_draws_the_first(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, sheet = waiting_photos(gate_of(photos)), tmp_path / "sheet.png"
    sheet.touch(mode=0o644)
    draw_queue(waiting, sheet)
    assert sheet.stat().st_mode & 0o777 == 0o600
    waiting_sheet = sheet.read_bytes()
    monkeypatch.setattr(contact_sheet, "MOST_DRAWN", 1)
    draw_queue(waiting, sheet)
    assert sheet.read_bytes() != waiting_sheet
