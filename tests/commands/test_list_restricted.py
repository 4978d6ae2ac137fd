"""`policy photos` says first how many photos are restricted for which reason, and then which."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from run_command import finish, law_variables
from words_in_files import listed, packet, save

from withsense_tf.__main__ import app
from withsense_tf.errors import DataWarning
from withsense_tf.policy.overrides import OVERRIDE_COLUMNS, RELEASE

pytestmark = pytest.mark.closed
JUDGE = """
from withsense_tf.policy.photo_judge import ChildJudge

class OfOne(ChildJudge):
    identity = "of one v1"

    def __call__(self, paths):
        return [0.9 if path.name == "seen.jpg" else 0.0 for path in paths]
"""
REASONS = {
    "by their captions": ["kite.jpg", "swing.jpg"],
    "by what people decided": ["ann.jpg"],
    "copies of restricted photos": ["swing_again.jpg"],
    "keywords alone, which do not say who is there": ["beside.jpg", "within.jpg"],
    "no caption says what they show": ["bare.jpg"],
    "by their names, keywords, columns or other texts": ["my_toddler.jpg"],
    "what may speak of them cannot be read": ["cut.jpg"],
}


@pytest.fixture
def photos(tmp_path: Path, new_photo: Callable[[Path, int], None]) -> Path:
    """Return a folder with photos that are restricted for each reason, and two that are not."""
    folder = tmp_path / "photos"
    folder.mkdir()
    captions = {
        "ant": "An ant on a leaf",
        "seen": "A red car in the street",
        "swing": "A boy on a swing",
        "kite": "A girl with a kite",
        "swing_again": "A swing in the park",
        "ann": "A woman at her desk",
        "my_toddler": "A garden in spring",
        "cut": "A wall in the evening",
    }
    for number, name in enumerate([*captions, "bare", "beside"]):
        new_photo(folder / f"{name}.jpg", 7 * number)
    shutil.copy(folder / "swing.jpg", folder / "swing_again.jpg")
    keywords = packet(listed("dc:subject", "rocks", "surf"))
    save(folder / "within.jpg", xmp=keywords, seed=3)
    (folder / "beside.xmp").write_bytes(keywords)
    (folder / "cut.xmp").write_bytes(keywords[:200])
    rows = [f"{name}.jpg,{text}" for name, text in captions.items()]
    (folder / "captions.csv").write_text("\n".join(["photo,caption", *rows]) + "\n")
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "o.csv"
    file.write_text(f"{','.join(OVERRIDE_COLUMNS)}\nann.jpg,,restrict,Ann,a child in the back\n")
    return file


def invoke(*words: str | Path) -> tuple[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # of the file that is cut off
        done = finish(app, "policy", "photos", *map(str, words), env=law_variables())
    return done.stdout, done.stderr


def test_reasons_are_counted_before_the_photos_are_listed(photos: Path, table: Path) -> None:
    rows, summary = invoke(photos, "--overrides", table)
    names = [row.split("\t")[0] for row in rows.splitlines()]
    assert names == ["photo", *sorted(name for some in REASONS.values() for name in some)]
    lines = summary.splitlines()
    start = lines.index("9 of 11 photos are restricted:")
    counts = {
        reason: int(count) for count, reason in (line.split(maxsplit=1) for line in lines[start + 1 : -1])
    }
    assert counts == {reason: len(some) for reason, some in REASONS.items()}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert lines[-1] == RELEASE


def test_programs_get_the_counts_and_the_photos_as_json(photos: Path, table: Path) -> None:
    answer = json.loads(invoke(photos, "--json", "--overrides", table)[0])
    assert (answer["folder"], answer["photos"], answer["restricted"]) == (str(photos), 11, 9)
    assert answer["reasons"] == {reason: len(some) for reason, some in REASONS.items()}
    by_reason: dict[str, list[str]] = {}
    for row in answer["restricted_photos"]:
        by_reason.setdefault(row["reason"], []).append(row["photo"])
    assert by_reason == REASONS
    (swing,) = (row for row in answer["restricted_photos"] if row["photo"] == "swing.jpg")
    assert (swing["source"], swing["votes"], swing["captions"]) == ("captions", 1, 1)
    assert "boy" in swing["evidence"][0]
    for name, evidence in (("within.jpg", ["keywords: rocks, surf"]), ("bare.jpg", [])):
        (row,) = (row for row in answer["restricted_photos"] if row["photo"] == name)
        assert row["evidence"] == evidence


def test_who_decides_sees_the_keywords_of_photos_that_have_nothing_else(photos: Path) -> None:
    evidence = "keywords: rocks, surf"
    assert f"within.jpg\tno captions\t0\t0\t{evidence}\n" in invoke(photos)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        queue = finish(app, "policy", "queue", str(photos), env=law_variables()).stdout
    assert f"within.jpg\tno captions\t\t{evidence}\n" in queue


def test_what_a_judge_of_photos_restricts_is_a_reason_of_its_own(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "judge_of_one.py").write_text(JUDGE)
    monkeypatch.syspath_prepend(tmp_path)
    words = ("--photo-judge", "judge_of_one:OfOne", "--json")
    answer = json.loads(invoke(photos, *words)[0])
    assert answer["reasons"]["by a judge of photos"] == 1
    # The judge looked at those of which nobody had said anything.
    assert "no caption says what they show" not in answer["reasons"]


def test_a_folder_in_which_nothing_is_restricted_says_so(
    tmp_path: Path, new_photo: Callable[[Path, int], None]
) -> None:
    new_photo(tmp_path / "ant.jpg", 1)
    (tmp_path / "captions.csv").write_text("photo,caption\nant.jpg,An ant on a leaf\n")
    rows, summary = invoke(tmp_path)
    assert rows.count("\n") == 1
    assert summary.splitlines()[-1] == "0 of 1 photos are restricted."
