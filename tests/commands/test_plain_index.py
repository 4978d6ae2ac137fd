"""A plain folder of photos is indexed, searched and kept up to date from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from plain_photos import SOURCES, photos
from run_command import run, runner
from words_in_files import save

from withsense_tf.__main__ import app
from withsense_tf.data.plain_folder import plain_load
from withsense_tf.encoders.make_encoder import best_encoders_here

CAPTIONS = [
    ("a.jpg", "A brown dog runs along a beach"),
    ("trip/b.jpg", "Two men walk on a beach"),
    ("trip/Зима/c d.png", "A red car on a road"),
    ("trip/e.jpg", "A small child on a swing"),
]


@pytest.fixture
def matcher(index: str) -> str:
    """Return the folder of a matcher that was saved; it is read alone."""
    return f"{index}/generations/1/matcher"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = photos(tmp_path / "photos", *(name for name, _ in CAPTIONS), "bare.jpg")
    SOURCES["csv"](folder, CAPTIONS)
    return folder


def test_a_plain_folder_is_indexed_searched_and_kept_up_to_date(
    root: Path, matcher: str, tmp_path: Path
) -> None:
    index = ("--index", str(tmp_path / "index"))
    told = run("index", "build", str(root), "--matcher", matcher, *index)
    assert told.startswith("5 photos, 4 with captions: 4 from texts.csv; 1 without: where the law protects")
    assert "5 added" in told
    assert "2 restricted: 1 no caption says what they show, 1 by their captions." in told
    assert "by their captions: trip/e.jpg" in told
    assert "0 added, 0 changed, 0 removed, 5 as before" in run("index", "update", str(root), *index)

    (root / "trip/b.txt").write_text("They carry a boat")
    (root / "trip/Зима/c d.png").rename(root / "trip/c.png")
    (root / "texts.csv").write_text((root / "texts.csv").read_text().replace("Зима/c d", "c"))
    (root / "bare.jpg").unlink()
    (root / "new").mkdir()
    save(root / "new/f.jpg", seed=9)
    told = run("index", "update", str(root), *index)
    assert "1 added, 1 changed, 1 removed, 2 as before, 1 moved to other names" in told
    assert "0 added, 0 changed, 0 removed, 5 as before" in run("index", "update", str(root), *index)

    answer = json.loads(run("search", "a dog on a beach", "--minimum", "0", "--json", *index))
    assert {hit["photo"] for hit in answer["hits"]} == {"a.jpg", "trip/b.jpg", "trip/c.png"}
    assert len(answer["withheld"]) == 2
    like = run(
        "search", "--photo", "trip/b.jpg", "--minimum", "0", "--save", str(tmp_path / "sheet.png"), *index
    )
    assert "trip/b.jpg" in like or "trip/c.png" in like
    assert (tmp_path / "sheet.png").stat().st_size > 1_000

    assert "1 removed" in run("index", "remove", "trip/b.jpg", *index)
    assert "1 kept out" in run("index", "update", str(root), *index)
    run("index", "readmit", "trip/b.jpg", *index)
    assert "1 added" in run("index", "update", str(root), *index)
    assert "whole" in run("index", "verify", "--files", *index)


def test_photos_are_filtered_by_the_folder_that_they_lie_in(root: Path, matcher: str, tmp_path: Path) -> None:
    index = ("--index", str(tmp_path / "index"))
    run("index", "build", str(root), "--matcher", matcher, *index)

    def found(text: str, *where: str) -> set[str]:
        answer = json.loads(run("search", text, "--minimum", "0", "--json", *where, *index))
        return {hit["photo"] for hit in answer["hits"]}

    assert found("beach", "--where", "folder=trip") == {"trip/b.jpg"}
    assert found("beach folder~trip") == {"trip/b.jpg", "trip/Зима/c d.png"}
    assert found("beach folder=.") == {"a.jpg"}


def test_columns_of_a_table_are_filters(root: Path, matcher: str, tmp_path: Path) -> None:
    index = ("--index", str(tmp_path / "index"))
    rows = [f"{name},{text},{'Ann' if 'trip' in name else 'Bob'}" for name, text in CAPTIONS]
    (root / "texts.csv").write_text("\n".join(["file,caption,author", *rows]))
    run("index", "build", str(root), "--matcher", matcher, *index)
    answer = json.loads(run("search", "beach", "--minimum", "0", "--where", "author=Bob", "--json", *index))
    assert [hit["photo"] for hit in answer["hits"]] == ["a.jpg"]


def test_a_caption_that_becomes_one_of_a_child_restricts_at_the_next_update(
    root: Path, matcher: str, tmp_path: Path
) -> None:
    index = ("--index", str(tmp_path / "index"))
    run("index", "build", str(root), "--matcher", matcher, *index)
    (root / "a.jpg.txt").write_text("My little daughter with the dog")
    assert "2 by their captions" in run("index", "update", str(root), *index)


def test_check_says_what_was_found_and_what_is_wrong(root: Path) -> None:
    (root / "x.csv").write_text('file,caption\na.jpg,"A dog\n')
    shutil.copy(root / "a.jpg", root / "copy.jpg")
    told = run("data", "check", str(root))
    assert told.startswith("6 photos, 4 with captions: 4 from texts.csv; 2 without")
    assert "rows with a quote that never closes  [row_open_quote]" in told
    assert "x.csv:2" in told
    assert "copy.jpg: the same file as a.jpg" in told
    report = json.loads(run("data", "check", str(root), "--json"))
    assert report["found"]["photos with captions"] == {"in_file": None, "usable": 4}


def test_columns_are_named_by_options(root: Path, tmp_path: Path) -> None:
    table = tmp_path / "elsewhere.csv"
    table.write_text("a;b;c\nbare.jpg;x;PIER AT DAWN\n")
    words = ("--caption-file", str(table), "--photo-column", "a", "--text-column", "c")
    assert "5 photos, 5 with captions" in run("data", "check", str(root), *words)
    done = runner.invoke(app, ["policy", "photos", str(root), *words])
    assert "bare.jpg" not in done.stdout
    assert "trip/e.jpg\tcaptions" in done.stdout


@pytest.mark.slow  # trained weights look at photos
def test_status_names_the_weights_and_the_quality_that_saw_the_photos(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    index = ("--index", str(tmp_path / "index"))
    run("index", "build", str(root), "--matcher", "photos_alone", "--quality", "fast", *index)
    model = json.loads(run("index", "status", "--json", *index))["models"][0]
    assert model["photo"] == best_encoders_here("fast")[0].identity
    assert model["photo"] != best_encoders_here("good")[0].identity
    assert model["weights"].startswith("imagenet")


def test_what_learns_from_captions_says_that_there_are_none_before_photos_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    looks: list[object] = []
    monkeypatch.setattr(plain_load, "_with_looks", lambda *asked: looks.append(asked))
    for words in (("index", "build", "--index"), ("train", "--output")):
        made = tmp_path / "made"
        done = runner.invoke(app, [*words, str(made), str(folder), "--matcher", "pretrained:none"])
        assert "photos has no captions to learn from" in str(done.exception)
        assert not made.exists()
    assert not looks
