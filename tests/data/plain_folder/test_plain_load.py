"""Any folder of photos becomes a data set, and what speaks of a child restricts, wherever it stands."""

from __future__ import annotations

import os
import random
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from plain_photos import SOURCES, captions_of, kinds, photos, read, restricted

from withsense_tf.data.folder.folder_check import check_folder
from withsense_tf.data.folder.load import is_withsense_folder, load_dataset
from withsense_tf.errors import DataError, DataWarning
from withsense_tf.index.item import items_of

DOG, CHILD = "A brown dog runs along the beach", "A small child sits on a swing"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.slow
def test_a_caption_of_any_source_is_read_and_one_that_speaks_of_a_child_restricts_its_photo(
    tmp_path: Path, source: str
) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    SOURCES[source](root, [("a.jpg", DOG), ("b.jpg", CHILD)])
    data = load_dataset(root)
    assert captions_of(data) == {"a.jpg": [DOG], "b.jpg": [CHILD]}
    assert restricted(data) == {"b.jpg": "captions", "c.jpg": "no captions"}
    assert data.sources["photos"].tolist() == [2]


@pytest.mark.closed
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.slow
def test_one_source_of_many_that_speaks_of_a_child_restricts(tmp_path: Path, seed: int) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    chosen = random.Random(seed).sample(sorted(SOURCES), 4)
    for place, source in enumerate(chosen):
        SOURCES[source](root, [("a.jpg", DOG), ("b.jpg", CHILD if place == 2 else f"{DOG} {place}")])
    data = read(root)
    assert "b.jpg" in restricted(data)
    assert "a.jpg" not in restricted(data)
    assert captions_of(data)["a.jpg"] == [DOG]


@pytest.mark.closed
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("table.csv", "file,caption,place\nb.jpg,A red house on a hill,the nursery school of my kids\n"),
        ("table.csv", "file,caption,children\nb.jpg,A red house on a hill,2\n"),
        ("notes.log", "b.jpg shows my little daughter\n"),
        (
            "b.jpg.json",
            '{"description": "A red house on a hill", "people": [{"name": "my little daughter"}]}',
        ),
        ("album.json", '{"title": "Kids party", "pages": {"one": {"file": "b.jpg", "note": "my baby"}}}'),
        ("table.csv", "file,caption\nold/kids/b.jpg,A red house on a hill\n"),
    ],
)
def test_what_is_no_caption_counts_for_the_law(tmp_path: Path, file: str, text: str) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    SOURCES["photo.txt"](root, [("a.jpg", DOG), ("b.jpg", DOG + " there")])
    (root / file).write_text(text)
    assert restricted(read(root)).keys() == {"b.jpg"}


def test_the_name_of_a_folder_in_the_folder_counts_for_the_law(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "trip/a.jpg", "little girls/b.jpg")
    SOURCES["csv"](root, [("trip/a.jpg", DOG), ("little girls/b.jpg", DOG)])
    assert restricted(read(root)) == {"little girls/b.jpg": "texts"}


def test_photos_are_called_by_their_paths_and_have_no_judgements(tmp_path: Path) -> None:
    names = ["a.JPG", "Зима/снег/лес.png", "深い/山.webp", "صور/بحر.jpg", "with #1/b c.tif", "trip/a.jpg"]
    root = photos(tmp_path / "photos", *names)
    SOURCES["csv"](root, [(name, f"{DOG} {n}") for n, name in enumerate(names)])
    data = load_dataset(root)
    assert sorted(data.photos["photo"]) == sorted(names)
    assert set(data.photos["part"]) == set(data.captions["part"]) == {"train"}
    assert captions_of(data)["Зима/снег/лес.png"] == [f"{DOG} 1"]
    assert data.name == "photos"
    assert not data.synthetic
    for table in (data.pairs, data.experts, data.crowd, data.queries, data.left_in_test):
        assert not len(table)
    assert list(data.experts.columns) == ["photo", "caption", "expert1", "expert2", "expert3"]
    assert {item.name for item in items_of(data)} == set(names)


def test_sources_come_together_and_exact_repeats_are_one_caption(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    SOURCES["csv"](root, [("a.jpg", DOG)])
    SOURCES["token file"](root, [("a.jpg", DOG), ("b.jpg", "A lake")])
    SOURCES["photo.txt"](root, [("a.jpg", "The dog is wet")])
    SOURCES["XMP"](root, [("a.jpg", "Waves behind a running dog")])
    data = load_dataset(root)
    texts = captions_of(data)
    assert sorted(texts["a.jpg"]) == sorted([DOG, "The dog is wet", "Waves behind a running dog"])
    assert data.captions["caption"].is_unique
    counts = data.sources.set_index("source")["photos"].to_dict()
    assert counts == {"texts.csv": 1, "Some.token.txt": 2, "text side-cars": 1, "XMP": 1}


def test_what_was_found_is_told_before_photos_are_decoded(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    SOURCES["csv"](root, [("a.jpg", DOG)])
    content = (root / "c.jpg").read_bytes()
    (root / "c.jpg").write_bytes(content[: len(content) // 2])
    told: list[str] = []
    data = read(root, tell=told.append)
    # That the third one is cut off is not known before it is decoded.
    assert told[0].startswith(
        "3 photos, 1 with captions: 1 from texts.csv; 2 without: where the law protects"
    )
    assert "texts.csv: photos by file, captions by caption" in told[0]
    assert sorted(data.photos["photo"]) == ["a.jpg", "b.jpg"]
    assert "photo_truncated" in kinds(data)


def test_a_folder_without_captions_is_read_and_says_that_none_is_shown(tmp_path: Path) -> None:
    told: list[str] = []
    data = load_dataset(photos(tmp_path / "photos", "a.jpg"), tell=told.append)
    assert told == ["1 photos, none with captions: where the law protects children none is shown."]
    assert not len(data.captions)
    assert len(data.sources) == 0
    assert repr(data) == "Dataset(photos: 1 photos, no captions)"


def test_in_python_a_folder_without_captions_says_what_works_all_the_same_and_what_to_do(
    tmp_path: Path,
) -> None:
    folder = photos(tmp_path / "photos", "a.jpg")
    with pytest.warns(DataWarning, match="no photo has a caption") as caught:
        load_dataset(folder)
    report = check_folder(folder)
    for words in ("captions.csv (columns file and caption)", "photo_judge=", "policy decide"):
        assert words in str(caught[0].message)
        assert words in report.as_text()
    assert str(report.as_dict()["lack"]).startswith("no photo has a caption")


def test_a_check_counts_a_photo_alike_in_all_its_lines(tmp_path: Path) -> None:
    folder = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    (folder / "captions.csv").write_text("file,caption\na.jpg,A dog runs.\nb.jpg,A cat.\nc.jpg,\n")
    whole = (folder / "b.jpg").read_bytes()
    (folder / "b.jpg").write_bytes(whole[: len(whole) // 2])
    text = check_folder(folder).as_text()
    assert text.startswith("2 photos, 1 with captions: 1 from captions.csv; 1 without")
    assert "3        2  photos\n" in text
    assert "1  photos with captions\n" in text
    assert "1  cells for captions that say nothing of their photo (passed over)  [cell_no_caption]" in text
    assert "captions.csv:4  c.jpg: empty" in text


def test_the_captions_of_a_data_set_are_said_to_be_of_so_many_photos(tmp_path: Path) -> None:
    folder = photos(tmp_path / "photos", "a.jpg", "b.jpg", "c.jpg")
    (folder / "captions.csv").write_text(
        "file,caption\na.jpg,A dog runs.\na.jpg,A dog.\nb.jpg,A cat.\n", encoding="utf-8"
    )
    data = load_dataset(folder)
    assert repr(data) == "Dataset(photos: 3 photos, 3 captions (2 photos have some of their own))"


def test_links_go_round_in_no_circle_and_hidden_folders_are_passed_over(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "trip/a.jpg", ".thumbnails/b.jpg")
    elsewhere = photos(tmp_path / "elsewhere", "c.png")
    (root / "trip/up").symlink_to(root)
    (root / "trip/more").symlink_to(elsewhere)
    (root / "again").symlink_to(root / "trip")
    (root / "nowhere.jpg").symlink_to(root / "gone")
    assert sorted(read(root).photos["photo"]) == ["trip/a.jpg", "trip/more/c.png"]


def test_a_folder_that_may_only_be_read_stays_as_it_was(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "trip/a.jpg")
    SOURCES["csv"](root, [("trip/a.jpg", DOG)])
    before = {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]}
    for path in (root, root / "trip"):
        path.chmod(0o555)
    load_dataset(root)
    assert {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]} == before
    for path in (root, root / "trip"):
        path.chmod(0o755)


def test_what_is_no_folder_of_photos_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no photos: expected files of JPEG.* found no file"):
        load_dataset(tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n")
    with pytest.raises(DataError, match=r"found 1 other files, such as a\.csv"):
        load_dataset(tmp_path)
    with pytest.raises(DataError, match="is a file, not a folder"):
        load_dataset(tmp_path / "a.csv")
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    with pytest.raises(DataError, match="has no usable photos"):
        load_dataset(tmp_path)


def test_copies_have_one_group_and_one_fingerprint_has_one_content(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / "print").mkdir()
    shutil.copy(root / "a.jpg", root / "print/copy.jpg")
    SOURCES["csv"](root, [("a.jpg", CHILD), ("print/copy.jpg", DOG), ("b.jpg", DOG)])
    data = read(root)
    assert data.groups["a.jpg"] == data.groups["print/copy.jpg"] != data.groups["b.jpg"]
    assert restricted(data) == {"a.jpg": "captions", "print/copy.jpg": "duplicate of a.jpg"}
    assert read(root).fingerprint == data.fingerprint
    (root / "texts.csv").write_text("file,caption\na.jpg,A cat\n")
    assert read(root).fingerprint != data.fingerprint


def test_columns_beside_captions_are_facts_where_all_rows_of_a_photo_agree(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    rows = [
        "file,caption,Author,year,row",
        f"a.jpg,{DOG},Ann,2020,1",
        "a.jpg,A wet dog,Ann,2020,2",
        "b.jpg,A lake,,,3",
    ]
    (root / "table.csv").write_text("\n".join(rows))
    facts = load_dataset(root).listed_facts
    assert facts == {"a.jpg": {"author": "Ann", "year": 2020.0}, "b.jpg": {"row": 3.0}}


def test_a_withsense_folder_is_known_by_its_tables(folder: Path, tmp_path: Path) -> None:
    assert is_withsense_folder(folder)
    root = photos(tmp_path / "photos", "train_images/a.jpg")
    (root / "captions.csv").write_text(f"file,caption\na.jpg,{DOG}\n")
    assert not is_withsense_folder(root)
    assert captions_of(load_dataset(root)) == {"train_images/a.jpg": [DOG]}


@pytest.mark.parametrize("table", [f"photo|caption\na.jpg|{DOG}\n", f"query_id|query_text\na.jpg#0|{DOG}\n"])
@pytest.mark.parametrize("name", ["caption_corpus.csv", "test_images.csv", "train_dataset.csv"])
def test_one_table_with_a_name_of_a_withsense_folder_is_read_as_others_are(
    tmp_path: Path, name: str, table: str
) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    (root / name).write_text(table)
    assert not is_withsense_folder(root)
    data = load_dataset(root)
    assert sorted(data.photos["photo"]) == ["a.jpg", "b.jpg"]
    assert captions_of(data) == {"a.jpg": [DOG]}


def test_a_folder_that_seems_a_withsense_folder_and_has_no_photos_says_why_and_what_to_do(
    tmp_path: Path,
) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    for name in ("caption_corpus.csv", "test_images.csv"):
        (root / name).write_text(f"photo|caption\na.jpg|{DOG}\n")
    assert is_withsense_folder(root)
    why = r"With Sense folder because of caption_corpus.csv and test_images.csv: .* rename"
    with pytest.raises(DataError, match=why):
        load_dataset(root)
    reasons = [problem.reason for problem in check_folder(root).problems if problem.file == "train_images/"]
    assert len(reasons) == 1
    assert re.search(why, reasons[0])


def test_a_name_that_no_table_can_name_goes_to_quarantine(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    shutil.copy(root / "a.jpg", root / "two\nlines.jpg")
    shutil.copy(root / "a.jpg", os.fsencode(root) + b"/\xff.jpg")
    data = read(root)
    assert data.photos["photo"].tolist() == ["a.jpg"]
    rows = data.quarantine[data.quarantine["kind"] == "photo_bad_name"]
    assert sorted(rows["item"]) == ["\\xff.jpg", "two\\nlines.jpg"]


def test_the_files_of_an_index_in_the_folder_are_none_of_its_texts(tmp_path: Path) -> None:
    root = photos(tmp_path / "photos", "a.jpg")
    (root / "artifacts/index").mkdir(parents=True)
    (root / "artifacts/index/catalog.sqlite").write_bytes(b"SQLite")
    data = read(root)
    assert not len(data.unread)
    assert isinstance(data.sources, pd.DataFrame)
