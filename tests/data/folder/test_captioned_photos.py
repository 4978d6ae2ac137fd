"""Photos of corpus_images/: captions and no judgements."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import save_photo
from PIL import Image, ImageOps

from withsense_tf.data.folder.folder_check import check_folder
from withsense_tf.data.folder.load import load_dataset, read_folder
from withsense_tf.errors import DataWarning


@pytest.fixture
def corpus(folder: Path) -> Path:
    """Return a folder whose owl, of which two captions speak, has a photo."""
    (folder / "corpus_images").mkdir()
    save_photo(folder / "corpus_images/owl.jpg", seed=77)
    return folder


def test_they_are_photos_of_their_own_part_with_their_captions(corpus: Path) -> None:
    data = load_dataset(corpus)
    assert data.photos.set_index("photo").loc["owl.jpg", "part"] == "corpus"
    assert data.counts()["captioned_photos"] == 1
    assert data.captions.loc[data.captions["photo"] == "owl.jpg", "part"].unique().tolist() == ["corpus"]
    assert "owl.jpg" not in set(data.pairs["photo"])


def test_a_folder_without_them_lacks_nothing_and_an_empty_one_is_odd(folder: Path) -> None:
    before = len(read_folder(folder).problems)
    (folder / "corpus_images").mkdir()
    problems = read_folder(folder).problems
    assert len(problems) == before + 1
    assert "corpus_images" in problems[-1].where or any("corpus_images" in one.where for one in problems)


def test_the_check_counts_them(corpus: Path) -> None:
    (corpus / "corpus_images/bad.jpg").write_bytes(b"no photo")
    assert check_folder(corpus).counts["captioned photos"] == (2, 1)


@pytest.mark.closed
@pytest.mark.parametrize("change", [None, ImageOps.mirror], ids=["the same file", "mirrored"])
def test_a_copy_of_a_test_photo_is_left_out_and_its_captions_are_of_the_test(
    corpus: Path, change: object
) -> None:
    copy = corpus / "corpus_images/owl.jpg"
    # Noise has no look that survives: a drawn photo has.
    pixels = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    pixels.paste((200, 30, 30), (10, 10, 40, 30))
    pixels.save(corpus / "test_images/gnu.jpg", quality=95)
    (change(pixels) if callable(change) else pixels).save(copy, quality=95)
    with pytest.warns(DataWarning):
        data = load_dataset(corpus)
    assert "owl.jpg" not in set(data.photos["photo"])
    assert set(data.captions.loc[data.captions["photo"] == "owl.jpg", "part"]) <= {"test"}
    assert "corpus_images/owl.jpg" in set(data.quarantine["file"] + "")


@pytest.mark.closed
def test_a_photo_with_the_name_of_a_judged_one_is_left_out_and_the_judged_one_stays(corpus: Path) -> None:
    save_photo(corpus / "corpus_images/ant.jpg", seed=5)
    with pytest.warns(DataWarning):
        data = load_dataset(corpus)
    ants = data.photos[data.photos["photo"] == "ant.jpg"]
    assert ants["part"].tolist() == ["train"]
    assert "ant.jpg" in set(data.pairs["photo"])


@pytest.mark.closed
def test_a_photo_with_a_name_of_the_test_is_none_to_learn_from(corpus: Path) -> None:
    shutil.copy(corpus / "corpus_images/owl.jpg", corpus / "corpus_images/hen.jpg")
    with pytest.warns(DataWarning):
        data = load_dataset(corpus)
    assert (data.photos["part"] == "corpus").sum() == 0  # the owl is a copy of what is named as a test photo
    assert data.photos.set_index("photo").loc["hen.jpg", "part"] == "test"


@pytest.mark.closed
def test_a_photo_whose_captions_are_those_of_a_test_photo_is_left_out(corpus: Path) -> None:
    lines = ["query_id|query_text", *(f"owl.jpg#{n}|A gnu of kind {n}" for n in range(5))]
    (corpus / "caption_corpus.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.warns(DataWarning):
        data = load_dataset(corpus)
    assert "owl.jpg" not in set(data.photos["photo"])
    assert set(data.captions.loc[data.captions["photo"] == "owl.jpg", "part"]) == {"test"}
