"""What speaks of photos beside their captions reaches the data set as evidence, and as no caption."""

from __future__ import annotations

from pathlib import Path

from words_in_files import CAPTION, exif, save

from withsense_tf.data.folder.load import load_dataset


def evidence(folder: Path) -> dict[str, set[str]]:
    """Return the texts that are evidence alone, by photo."""
    table = load_dataset(folder).other_texts
    return {photo: set(rows["text"]) for photo, rows in table.groupby("photo")}


def test_the_name_and_the_columns_of_a_photo_are_evidence(folder: Path) -> None:
    (folder / "train_images/ant.jpg").rename(folder / "train_images/little_girl.jpg")
    for name in ("captions.csv", "train_dataset.csv", "ExpertAnnotations.tsv", "CrowdAnnotations.tsv"):
        file = folder / name
        file.write_text(file.read_text().replace("ant.jpg", "little_girl.jpg"))
    (folder / "photos.csv").write_text("image,kids,title\nbee.jpg,2,\ncat.jpg,0,My bike\n")
    texts = evidence(folder)
    assert "little girl" in texts["little_girl.jpg"]
    assert "kids" in texts["bee.jpg"]
    assert "title . My bike" in texts["cat.jpg"]
    assert not any("kids" in text for text in texts["cat.jpg"])


def test_a_description_in_a_file_is_a_caption_behind_the_others_and_another_text_is_evidence(
    folder: Path,
) -> None:
    save(folder / "train_images/dog.jpg", seed=9, exif_data=exif({0x010E: CAPTION, 0x013B: "Ann Lee"}))
    data = load_dataset(folder)
    captions = data.captions[data.captions["photo"] == "dog.jpg"].sort_values("number")
    assert captions["text"].tolist()[-1] == CAPTION
    assert captions["number"].tolist() == list(range(6))
    assert "Ann Lee" in set(data.other_texts.loc[data.other_texts["photo"] == "dog.jpg", "text"])
    assert CAPTION not in set(data.other_texts["text"])
