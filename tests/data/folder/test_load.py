from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from plain_photos import restricted

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError, DataWarning, SettingError
from withsense_tf.targets.blend import relevance


def test_captions_of_test_photos_are_marked_wherever_they_stand(folder: Path) -> None:
    with (folder / "caption_corpus.csv").open("a") as stream:
        stream.write("gnu.jpg#7|A gnu in the corpus\n")
    captions = load_dataset(folder).captions.set_index("caption")["part"]
    assert captions["gnu.jpg#7"] == "test"
    assert captions["owl.jpg#0"] == "corpus"
    assert captions["ant.jpg#0"] == "train"


def test_without_the_optional_files_one_caption_a_photo_remains(folder: Path) -> None:
    for name in ("captions.csv", "caption_corpus.csv", "test_images.csv"):
        (folder / name).unlink()
    data = load_dataset(folder)
    train = data.captions[data.captions["part"] == "train"]
    assert train.groupby("photo").size().to_dict() == dict.fromkeys(data.pairs["photo"].unique(), 1)
    assert len(data.crowd) == 18


@pytest.mark.parametrize(
    ("missing", "empty_table"),
    [
        ("ExpertAnnotations.tsv", "experts"),
        ("CrowdAnnotations.tsv", "crowd"),
        ("test_queries.csv", "queries"),
    ],
)
def test_a_missing_judgement_or_test_file_empties_its_table_and_warns(
    folder: Path, missing: str, empty_table: str
) -> None:
    (folder / missing).unlink()
    with pytest.warns(DataWarning, match=missing):
        data = load_dataset(folder)
    assert len(getattr(data, empty_table)) == 0
    assert len(data.photos) == 8


def test_captions_alone_are_enough_texts(folder: Path) -> None:
    (folder / "train_dataset.csv").unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    assert len(data.experts) == 18


def test_a_folder_without_any_photo_is_an_error_that_says_what_to_do(folder: Path) -> None:
    for name in ("train_images", "test_images"):
        shutil.rmtree(folder / name)
    (folder / "caption_corpus.csv").unlink()
    with pytest.raises(DataError, match=r"no usable photos: expected them in train_images/.*data check"):
        load_dataset(folder)


def test_photos_and_judgements_without_any_caption_load_and_are_shown_to_nobody(folder: Path) -> None:
    for name in ("train_dataset.csv", "captions.csv", "caption_corpus.csv", "test_queries.csv"):
        (folder / name).unlink()
    with pytest.warns(DataWarning) as warnings:
        data = load_dataset(folder)
    assert any("no photo has a caption. Expected captions in" in str(one.message) for one in warnings)
    assert len(data.photos) == 8
    assert restricted(data) == dict.fromkeys(data.photos["photo"], "no captions")
    with pytest.raises(DataError, match="rows whose caption has no text anywhere") as caught:
        relevance(data)
    assert "captions are enough" not in str(caught.value)


def test_a_target_of_captions_that_nobody_judged_is_an_error_that_says_what_learns_from_them(
    folder: Path,
) -> None:
    for name in ("ExpertAnnotations.tsv", "CrowdAnnotations.tsv"):
        (folder / name).unlink()
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    with pytest.raises(DataError, match="captions are enough"):
        relevance(data)


def test_a_path_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        load_dataset(tmp_path / "nowhere")


def test_hidden_files_and_system_files_are_no_photos(folder: Path) -> None:
    for name in (".DS_Store", "Thumbs.db"):
        (folder / "train_images" / name).write_bytes(b"x")
    assert len(load_dataset(folder).photos) == 8


def test_rows_of_a_bad_photo_go_to_quarantine_with_it(folder: Path, tmp_path: Path) -> None:
    (folder / "train_images/bee.jpg").write_bytes(b"")
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    quarantine = data.quarantine
    assert set(quarantine["kind"]) == {"photo_empty", "row_photo_missing"}
    assert "bee.jpg" not in set(data.experts["photo"])
    assert len(data.experts) + (quarantine["file"] == "ExpertAnnotations.tsv").sum() == 18
    # Its captions are still texts: they stand beside other photos.
    assert "bee.jpg#2" in set(data.captions["caption"])
    saved = data.save_quarantine(tmp_path / "new" / "quarantine.csv").read_text()
    assert "zero bytes" in saved


def test_the_fingerprint_follows_the_content_of_tables_and_photos(folder: Path, tiny: Dataset) -> None:
    assert load_dataset(folder).fingerprint == tiny.fingerprint
    photo = folder / "train_images/ant.jpg"
    content = bytearray(photo.read_bytes())
    content[-10] ^= 1
    photo.write_bytes(content)
    changed = load_dataset(folder).fingerprint
    assert changed != tiny.fingerprint
    table = folder / "ExpertAnnotations.tsv"
    table.write_text(table.read_text().replace("4\t4\t4", "4\t4\t3", 1))
    assert load_dataset(folder).fingerprint not in (changed, tiny.fingerprint)


def test_a_photo_folder_is_never_called_synthetic(folder: Path) -> None:
    assert not load_dataset(folder).synthetic
    for marker in ('{"synthetic": true}', "[broken", "[1, 2]"):
        (folder / "demo.json").write_text(marker)
        assert not load_dataset(folder).synthetic


def leak_by_name(folder: Path) -> None:
    shutil.copy(folder / "train_images/bee.jpg", folder / "test_images/bee.jpg")


def leak_by_content(folder: Path) -> None:
    shutil.copy(folder / "train_images/bee.jpg", folder / "test_images/hen.jpg")


def leak_by_name_of_a_damaged_photo(folder: Path) -> None:
    (folder / "test_images/bee.jpg").write_bytes(b"")


def leak_by_list(folder: Path) -> None:
    with (folder / "test_images.csv").open("a") as stream:
        stream.write("bee.jpg\n")


def leak_by_query(folder: Path) -> None:
    with (folder / "test_queries.csv").open("a") as stream:
        stream.write("10|bee.jpg#0|A bee, seen 0 times, stands by itself .|bee.jpg\n")


def leak_by_words(folder: Path) -> None:
    with (folder / "test_queries.csv").open("a") as stream:
        stream.write("10|bee.jpg#0|A bee, seen 0 times, stands by itself .|gnu.jpg\n")


def leak_by_a_twin_of_a_listed_photo(folder: Path) -> None:
    shutil.copy(folder / "train_images/bee.jpg", folder / "train_images/elk.jpg")
    with (folder / "test_images.csv").open("a") as stream:
        stream.write("elk.jpg\n")


@pytest.mark.parametrize(
    "leak",
    [
        leak_by_words,
        leak_by_a_twin_of_a_listed_photo,
        leak_by_name,
        leak_by_content,
        leak_by_name_of_a_damaged_photo,
        leak_by_list,
        leak_by_query,
    ],
)
@pytest.mark.slow
def test_nothing_of_a_test_photo_stays_in_training(folder: Path, leak: Callable[[Path], None]) -> None:
    leak(folder)
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    train = data.photos[data.photos["part"] == "train"]
    assert "bee.jpg" not in set(train["photo"])
    for table in (data.pairs, data.experts, data.crowd, relevance(data).table):
        assert "bee.jpg" not in set(table["photo"])
        # Nor its captions beside other photos: the words describe the test photo.
        assert not table["caption"].str.startswith("bee.jpg").any()
    parts = data.captions.set_index("caption")["part"]
    assert set(parts[parts.index.str.startswith("bee.jpg")]) == {"test"}
    assert "photo_in_both" in set(data.quarantine["kind"])


def test_captions_keep_their_part_where_the_photo_is_damaged(folder: Path) -> None:
    (folder / "train_images/bee.jpg").write_bytes(b"")
    (folder / "test_images/hen.jpg").write_bytes(b"")
    with pytest.warns(DataWarning):
        data = load_dataset(folder)
    parts = data.captions.set_index("caption")["part"]
    assert parts["bee.jpg#0"] == "train"
    assert parts["hen.jpg#0"] == "test"
    assert set(data.queries["photo"]) == {"gnu.jpg"}


def test_with_headers_only_a_truncated_photo_is_not_found(folder: Path) -> None:
    photo = folder / "train_images/bee.jpg"
    photo.write_bytes(photo.read_bytes()[:-100])
    assert "bee.jpg" in set(load_dataset(folder, decode=False).photos["photo"])
    with pytest.warns(DataWarning):
        assert "bee.jpg" not in set(load_dataset(folder).photos["photo"])


@pytest.mark.parametrize("number", ["٣", "1_0", "0x1", "1e", "", "inf"])
def test_only_plain_numbers_are_numbers(folder: Path, number: str) -> None:
    with (folder / "ExpertAnnotations.tsv").open("a", encoding="utf-8") as stream:
        stream.write(f"ant.jpg\teel.jpg#2\t{number}\t1\t1\n")
    with pytest.warns(DataWarning):
        assert load_dataset(folder).quarantine["kind"].tolist() == ["not_a_number"]


@pytest.mark.parametrize("votes", ["1\t1e20\t0", "1\t2000000\t0"])
def test_counts_beyond_reason_are_left_out(folder: Path, votes: str) -> None:
    with (folder / "CrowdAnnotations.tsv").open("a") as stream:
        stream.write(f"ant.jpg\teel.jpg#2\t{votes}\n")
    with pytest.warns(DataWarning):
        assert load_dataset(folder).quarantine["kind"].tolist() == ["not_a_number"]


def test_ids_that_differ_by_a_leading_zero_are_not_two_captions(folder: Path) -> None:
    with (folder / "captions.csv").open("a") as stream:
        stream.write("ant.jpg,ant.jpg#02,An ant\n")
    with pytest.warns(DataWarning):
        assert load_dataset(folder).quarantine["kind"].tolist() == ["bad_caption_id"]


def test_no_path_at_all_is_not_taken_for_the_current_folder() -> None:
    with pytest.raises(SettingError, match=r'got "": pass "\." for this folder'):
        load_dataset("")
