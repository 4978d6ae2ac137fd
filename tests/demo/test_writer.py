from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from withsense_tf.data.demo_marker import DemoSizes, folder_digest
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo import drawing_shares, writer
from withsense_tf.demo.writer import MARKER_VERSION, write_demo
from withsense_tf.errors import DataError, SettingError

FILES = {
    "train_images", "test_images", "corpus_images",
    "train_dataset.csv", "ExpertAnnotations.tsv", "CrowdAnnotations.tsv", "test_queries.csv",
    "test_images.csv", "captions.csv", "caption_corpus.csv", "demo.json", "README.md",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo") / "set", seed=1, train=20, test=5, captioned=8)


def rows(path: Path, separator: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_all_files_are_there_and_nothing_else(demo: Path) -> None:
    assert {path.name for path in demo.iterdir()} == FILES
    assert {path.name for path in demo.parent.iterdir()} == {"set"}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    assert contents(write_demo(tmp_path / "again", seed=1, train=20, test=5, captioned=8)) == contents(demo)


def test_progress_counts_the_photos_of_all_shares(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counts: list[int] = []

    def count(rounds: list[list[Any]], total: int, what: str, size: Callable[[Any], int]) -> list[list[Any]]:
        counts.extend([total, *map(size, rounds)])
        return rounds

    monkeypatch.setattr(writer, "track", count)
    for name in ("train_images", "test_images"):
        (tmp_path / name).mkdir()
    writer.draw_share(tmp_path, 1, DemoSizes(4, 1, 0), share=0, shares=2, shown=True)
    assert counts == [5, 2, 2, 1]
    assert len([*tmp_path.rglob("*.jpg")]) == 3
    writer.draw_share(tmp_path, 1, DemoSizes(4, 1, 0), share=1, shares=2)
    assert len([*tmp_path.rglob("*.jpg")]) == 5


def test_another_seed_gives_other_photos_and_captions(demo: Path, tmp_path: Path) -> None:
    other, first = (
        contents(write_demo(tmp_path / "other", seed=2, train=10, test=1, captioned=0)),
        contents(demo),
    )
    assert other["train_images/demo_train_0000.jpg"] != first["train_images/demo_train_0000.jpg"]
    assert other["captions.csv"] not in first["captions.csv"]


def test_the_first_photos_are_the_same_whatever_the_size_of_the_set(demo: Path, tmp_path: Path) -> None:
    small, large = (
        contents(write_demo(tmp_path / "small", seed=1, train=10, test=2, captioned=4)),
        contents(demo),
    )
    photos = [name for name in small if name.endswith(".jpg")]
    assert len(photos) == 12 + 4
    assert all(small[name] == large[name] for name in photos)
    assert large["captions.csv"].startswith(small["captions.csv"])
    assert large["test_queries.csv"].startswith(small["test_queries.csv"])
    assert large["caption_corpus.csv"].startswith(small["caption_corpus.csv"])


def test_photos_are_jpeg_files_named_in_the_tables(demo: Path) -> None:
    listed = {"train_images": {row[0] for row in rows(demo / "captions.csv")[1:]}}
    listed["test_images"] = {row[0] for row in rows(demo / "test_images.csv")[1:]}
    corpus = {row[0].split("#")[0] for row in rows(demo / "caption_corpus.csv", "|")[1:]}
    listed["corpus_images"] = {name for name in corpus if name.startswith("demo_captioned_")}
    for folder, names in listed.items():
        assert {path.name for path in (demo / folder).iterdir()} == names
        for name in names:
            with Image.open(demo / folder / name) as image:
                assert (image.format, image.mode) == ("JPEG", "RGB")


def test_judged_pairs_are_the_same_in_both_files_and_carry_the_owners_caption(demo: Path) -> None:
    head, *pairs = rows(demo / "train_dataset.csv")
    experts = rows(demo / "ExpertAnnotations.tsv", "\t")
    told = {row[1]: row[2] for row in rows(demo / "captions.csv")[1:]}
    assert head == ["image", "query_id", "query_text"]
    assert [row[:2] for row in pairs] == [row[:2] for row in experts]
    assert all(told[row[1]] == row[2] for row in pairs)
    assert all(len(row) == 5 and set(row[2:]) <= set("1234") for row in experts)


def test_crowd_shares_are_yes_of_all_votes(demo: Path) -> None:
    owners = {path.name for path in (demo / "train_images").iterdir()}
    for photo, caption, share, yes, no in rows(demo / "CrowdAnnotations.tsv", "\t"):
        assert float(share) == int(yes) / (int(yes) + int(no))
        assert {photo, caption.split("#")[0]} <= owners
        assert caption.endswith("#2")


def test_queries_have_a_running_index_and_five_captions_a_photo(demo: Path) -> None:
    head, *queries = rows(demo / "test_queries.csv", "|")
    assert head == ["", "query_id", "query_text", "image"]
    assert [row[0] for row in queries] == [str(index) for index in range(25)]
    assert all(row[1].split("#")[0] == row[3] for row in queries)
    assert [row[1].split("#")[1] for row in queries] == list("01234") * 5


def test_the_corpus_belongs_to_captioned_photos_and_to_photos_that_do_not_exist(demo: Path) -> None:
    head, *texts = rows(demo / "caption_corpus.csv", "|")
    owners = {row[0].split("#")[0] for row in texts}
    assert head == ["query_id", "query_text"]
    assert len(texts) == 5 * len(owners) == 2000 + 5 * 8
    photos = {path.name for path in demo.rglob("*.jpg")}
    assert owners & photos == {path.name for path in (demo / "corpus_images").iterdir()}


def test_captioned_photos_change_no_other_file(demo: Path, tmp_path: Path) -> None:
    without, first = (
        contents(write_demo(tmp_path / "bare", seed=1, train=20, test=5, captioned=0)),
        contents(demo),
    )
    assert not any(name.startswith("corpus_images") for name in without)
    saying = {"demo.json", "README.md", "caption_corpus.csv"}
    assert all(first[name] == without[name] for name in without.keys() - saying)
    assert first["caption_corpus.csv"].startswith(without["caption_corpus.csv"])


def test_no_captioned_photo_is_a_judged_one_or_a_test_photo(demo: Path) -> None:
    data = load_dataset(demo)
    assert data.photos["group"].is_unique
    assert data.counts()["captioned_photos"] == 8


@pytest.mark.slow
def test_photos_drawn_in_several_processes_are_those_drawn_in_one(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FEWEST_IN_A_SHARE", 15)
    monkeypatch.setattr(writer, "usable_cores", lambda: 2)
    assert contents(write_demo(tmp_path / "shared", seed=1, train=20, test=5, captioned=8)) == contents(demo)


@pytest.mark.slow
def test_a_share_whose_process_fails_is_drawn_here(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FEWEST_IN_A_SHARE", 15)
    monkeypatch.setattr(writer, "usable_cores", lambda: 2)
    monkeypatch.setattr(drawing_shares, "PROGRAM", "withsense_tf.no_such_module")
    assert contents(write_demo(tmp_path / "failed", seed=1, train=20, test=5, captioned=8)) == contents(demo)


def test_the_set_says_that_it_is_synthetic(demo: Path) -> None:
    facts = json.loads((demo / "demo.json").read_text(encoding="utf-8"))
    assert facts.pop("content") == folder_digest(demo)
    assert facts == {
        "name": "withsense_tf demo set", "synthetic": True, "version": MARKER_VERSION, "seed": 1, "train": 20,
        "test": 5, "captioned": 8,
    }  # fmt: skip
    assert "synthetic" in (demo / "README.md").read_text(encoding="utf-8")


def test_a_folder_with_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(DataError, match="choose another folder"):
        write_demo(tmp_path, train=10, test=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    target = tmp_path / "empty"
    target.mkdir()
    assert (write_demo(target, train=10, test=1, captioned=0) / "demo.json").is_file()


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def draw_three(*scene: object) -> Image.Image:
        drawn.append(scene)
        if len(drawn) > 3:
            raise KeyboardInterrupt
        return Image.new("RGB", (8, 8))

    monkeypatch.setattr(writer, "draw", draw_three)
    with pytest.raises(KeyboardInterrupt):
        write_demo(tmp_path / "set", train=10, test=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_killed_run_leaves_no_half_folder_and_the_next_one_succeeds(tmp_path: Path) -> None:
    target = tmp_path / "set"
    code = f"from pathlib import Path\nfrom withsense_tf.demo import write_demo\nwrite_demo(Path({str(target)!r}))"
    process = subprocess.Popen([sys.executable, "-c", code])
    while not list(tmp_path.glob(".set-*/train_images/*.jpg")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not target.exists()
    assert (write_demo(target, train=10, test=1, captioned=0) / "demo.json").is_file()


@pytest.mark.parametrize(
    ("seed", "train", "test", "captioned"), [(0, 9, 1, 0), (0, 10, 0, 0), (-1, 10, 1, 0), (0, 10, 1, -1)]
)
def test_impossible_settings_are_refused_before_anything_is_written(
    seed: int, train: int, test: int, captioned: int, tmp_path: Path
) -> None:
    with pytest.raises(SettingError, match="got"):
        write_demo(tmp_path / "set", seed=seed, train=train, test=test, captioned=captioned)
    assert list(tmp_path.iterdir()) == []


def test_only_the_size_that_is_too_small_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"got train=-1\.$"):
        write_demo(tmp_path / "set", train=-1)


def test_the_plan_of_a_set_needs_no_drawing_and_starts_alike() -> None:
    first, second = (writer.plan_photos("train", 0, 0, count) for count in (2, 4))
    assert first == second[:2]
    assert len({photo.scene for photo in second}) == 4
