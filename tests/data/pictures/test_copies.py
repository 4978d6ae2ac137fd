"""Copies of a photo are on one side of every split, and those of test photos are not trained on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from withsense_tf.data.dataset import Pairs
from withsense_tf.data.folder.folder_check import check_folder
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.split import folds_by_photo, split_by_photo, split_strict
from withsense_tf.errors import DataWarning
from withsense_tf.evaluation.compare import copies_note
from withsense_tf.evaluation.protocol import tasks
from withsense_tf.targets.agreement import agreement
from withsense_tf.targets.balance import balance
from withsense_tf.targets.blend import relevance

pytestmark = pytest.mark.closed


def recompress(source: Path, target: Path) -> None:
    with Image.open(source) as photo:
        picture = photo.convert("RGB")
    picture.resize((round(picture.width * 0.9), round(picture.height * 0.9))).save(target, "JPEG", quality=60)


def comment(source: Path, target: Path) -> None:
    content = source.read_bytes()
    target.write_bytes(content[:2] + b"\xff\xfe\x00\x06more" + content[2:])


def mirror(source: Path, target: Path) -> None:
    with Image.open(source) as photo:
        photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(target, "JPEG", quality=85)


@pytest.fixture
def smooth(folder: Path) -> Path:
    """Return the folder with larger photos that outlive recompression, as photos do."""
    for path in sorted(folder.glob("*_images/*.jpg")):
        rng = np.random.default_rng(sum(path.name.encode()))
        small = rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)
        Image.fromarray(small).resize((240, 180), Image.Resampling.BICUBIC).save(path, quality=90)
    return folder


@pytest.mark.parametrize("copy", [comment, recompress, mirror])
def test_a_copy_of_a_test_photo_is_left_out_of_training_and_its_captions_too(smooth: Path, copy) -> None:
    copy(smooth / "test_images" / "gnu.jpg", smooth / "train_images" / "bee.jpg")
    with pytest.warns(DataWarning, match="left out"):
        data = load_dataset(smooth)
    assert "bee.jpg" not in set(data.photos["photo"])
    assert "bee.jpg" not in set(relevance(data).table["photo"])
    assert data.left_in_test["photo"].tolist() == ["bee.jpg"]
    kinds = data.quarantine.set_index("item")["kind"]
    assert kinds["bee.jpg"] == "photo_like_test"
    report = check_folder(smooth)
    assert not report
    assert "it looks like gnu.jpg" in report.as_text()
    assert "left out: 1." in copies_note(data)[0]


@pytest.mark.parametrize("copy", [comment, recompress, mirror])
@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.slow
def test_copies_share_a_side_of_every_split_and_a_place_in_a_gallery(
    smooth: Path, copy, decode: bool
) -> None:
    for photo in ("bee", "dog"):
        copy(smooth / "train_images" / f"{photo}.jpg", smooth / "train_images" / f"{photo}2.jpg")
    table = smooth / "train_dataset.csv"
    rows = table.read_text().splitlines()
    more = [
        row.replace(f"{p}.jpg,", f"{p}2.jpg,", 1) for p in ("bee", "dog") for row in rows if row.startswith(p)
    ]
    table.write_text("\n".join([*rows, *more]) + "\n")
    experts = smooth / "ExpertAnnotations.tsv"
    experts.write_text(
        experts.read_text() + "".join("\t".join([*row.split(",")[:2], "4", "4", "4"]) + "\n" for row in more)
    )
    data = load_dataset(smooth, decode)
    pairs = relevance(data, crowd=None)
    assert pairs.table["photo"].nunique() == 8
    parts = [*folds_by_photo(pairs, 3), split_by_photo(pairs, 0.4), split_strict(pairs, 0.4)]
    for split in parts:
        inside = set(split.test.table["photo"])
        outside = set(split.train.table["photo"])
        assert not {name.replace("2", "") for name in inside} & {name.replace("2", "") for name in outside}
    assert "copies of others, on their side: 2" in str(parts[0].report)
    assert "framed): 2, on" in copies_note(data)[0]
    found = check_folder(smooth).by_kind()["photo_alike"]
    assert [problem.item for problem in found] == ["bee2.jpg", "dog2.jpg"]
    assert check_folder(smooth)  # nothing is left out for that
    for task in tasks(pairs, "folds", 2, 0):
        groups = data.groups[list(task.gallery.names)]
        assert groups.is_unique


def test_a_folder_without_copies_is_divided_as_by_the_bytes_alone(smooth: Path) -> None:
    data = load_dataset(smooth)
    pairs = relevance(data)
    assert data.groups.equals(data.content.rename("group"))
    assert (pairs.group == pairs.content).all()
    assert copies_note(data) == ()


@pytest.mark.parametrize("copy", [comment, mirror])
def test_what_is_known_of_a_copy_that_was_left_out_restricts_the_test_photo(smooth: Path, copy) -> None:
    from withsense_tf.policy.current_policy import Policy

    copy(smooth / "test_images" / "gnu.jpg", smooth / "train_images" / "bee.jpg")
    captions = smooth / "captions.csv"
    captions.write_text(captions.read_text().replace("A bee, seen 3 times", "A toddler, seen 3 times"))
    with pytest.warns(DataWarning, match="left out"):
        data = load_dataset(smooth)
    assert Policy.default().gate(data).decisions["gnu.jpg"].restricted


def test_captions_of_a_test_photo_under_another_name_are_left_out_and_one_alike_is_not(folder: Path) -> None:
    queries = [row.split("|")[2] for row in (folder / "test_queries.csv").read_text().splitlines()[1:6]]
    corpus = folder / "caption_corpus.csv"
    renamed = [f"other.jpg#{n}|{text.upper().rstrip('.')}" for n, text in enumerate(queries)]
    alike = ["lone.jpg#0|A lone owl .", f"lone.jpg#1|{queries[0]}", "lone.jpg#2|An owl sits ."]
    corpus.write_text(corpus.read_text() + "\n".join([*renamed, *alike]) + "\n")
    with pytest.warns(DataWarning, match="left out"):
        data = load_dataset(folder)
    corpus_owners = data.captions.loc[data.captions["part"] == "corpus", "photo"]
    assert set(corpus_owners) == {"owl.jpg", "lone.jpg"}
    (problem,) = check_folder(folder).by_kind()["caption_of_test"]
    assert problem.item == "other.jpg"
    assert "5 of its 5 captions" in problem.reason


def test_judged_rows_with_such_captions_are_left_out_too(folder: Path) -> None:
    queries = [row.split("|")[2] for row in (folder / "test_queries.csv").read_text().splitlines()[1:6]]
    table = folder / "train_dataset.csv"
    table.write_text(table.read_text() + f'ant.jpg,other.jpg#0,"{queries[0]}"\n')
    with pytest.warns(DataWarning, match="left out"):
        data = load_dataset(folder)
    assert "other.jpg#0" not in set(data.pairs["caption"])


def test_plain_photos_are_no_copies_of_each_other(folder: Path) -> None:
    for photo, colour in (("ant", "red"), ("bee", "navy")):
        Image.new("RGB", (64, 48), colour).save(folder / "train_images" / f"{photo}.jpg")
    shutil.copy(folder / "train_images" / "ant.jpg", folder / "train_images" / "cat.jpg")
    groups = load_dataset(folder).groups
    assert groups["ant.jpg"] == groups["cat.jpg"]
    assert groups["ant.jpg"] != groups["bee.jpg"]


def test_the_report_of_a_check_is_json(smooth: Path) -> None:
    mirror(smooth / "train_images" / "bee.jpg", smooth / "train_images" / "bee2.jpg")
    told = json.loads(json.dumps(check_folder(smooth).as_dict()))
    assert {"photo_alike"} == {problem["kind"] for problem in told["problems"]}


def test_a_copy_beside_the_caption_of_its_original_is_an_own_pair_and_never_an_assumed_mismatch(
    smooth: Path,
) -> None:
    mirror(smooth / "train_images" / "ant.jpg", smooth / "train_images" / "asp.jpg")
    with (smooth / "ExpertAnnotations.tsv").open("a") as stream:
        stream.write("asp.jpg\tant.jpg#2\t4\t4\t4\nasp.jpg\tbee.jpg#2\t1\t1\t2\n")
    data = load_dataset(smooth)
    pairs = relevance(data)
    own = pairs.table[data.own(pairs.table)]
    assert {("asp.jpg", "ant.jpg#2"), ("ant.jpg", "ant.jpg#2")} <= set(
        zip(own["photo"], own["caption"], strict=True)
    )
    assert ("asp.jpg", "bee.jpg#2") not in set(zip(own["photo"], own["caption"], strict=True))
    assert sum(task.blank.own.sum() for task in tasks(pairs, "folds", 3, 0)) == len(own)
    assert agreement(data).human.own_pairs_dropped == len(own)
    # Judged with another caption alone, it still must not be made a mismatch of the one that it shows.
    unjudged = pairs.take(np.flatnonzero(~((pairs.table["photo"] == "asp.jpg") & data.own(pairs.table))))
    matches = unjudged.table.assign(target=1.0)
    for seed in range(20):
        table = balance(Pairs(data, matches), seed=seed).table
        assumed = table[table["source"] == "assumed"]
        assert not data.own(assumed).any()
