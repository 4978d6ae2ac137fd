"""Names, columns and the words in photo files count for the law, before a data set and in an index alike."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner
from words_in_files import CAPTION, exif, iptc, listed, packet, record, save, segment, titled

from withsense_tf.__main__ import app
from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.photo_facts import photo_facts
from withsense_tf.errors import DataWarning
from withsense_tf.index.item import items_of
from withsense_tf.index.photo_verdicts import judge_items
from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_decisions import UNREAD

LAW = Policy(Countries((CountryRule("RU", "children", 16),)))
CHILD = "A toddler on a swing in the park"


def loaded(folder: Path) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return load_dataset(folder)


def restricted(folder: Path) -> set[str]:
    """Return the photos that the law restricts: the gate and the index must agree."""
    data = loaded(folder)
    gate = LAW.gate(data, "RU", date(2026, 11, 20))
    found = {photo for photo in data.photos["photo"] if not gate.photo(photo)}
    items = items_of(data, photo_facts(data.folder, data.photos))
    by_index = judge_items(LAW, items)[16]
    assert {photo for photo, decision in by_index.items() if decision.restricted} == found
    return found


def columns(folder: Path, table: str | bytes) -> None:
    content = table if isinstance(table, bytes) else table.encode()
    (folder / "photos.csv").write_bytes(content)


def uncaptioned(folder: Path, *segments: bytes, name: str = "new.jpg", **more: object) -> Path:
    """Add a photo that no table says anything of."""
    return save(folder / "train_images" / name, *segments, **more)


@pytest.mark.closed
def test_a_name_that_speaks_of_a_child_restricts_its_photo_whatever_its_captions_say(folder: Path) -> None:
    uncaptioned(folder, name="little_girl_01.jpg")
    with (folder / "captions.csv").open("a") as stream:
        stream.write("little_girl_01.jpg,little_girl_01.jpg#0,A red wall\n")
    assert restricted(folder) == {"little_girl_01.jpg"}


@pytest.mark.closed
def test_the_name_of_a_photo_that_is_not_here_covers_its_captions(folder: Path) -> None:
    with (folder / "caption_corpus.csv").open("a") as stream:
        stream.write("my_toddler.jpg#0|A happy one smiles\n")
    gate = LAW.gate(loaded(folder), "RU", date(2026, 11, 20))
    captions = set(gate.training()[0].captions["caption"])
    assert "my_toddler.jpg#0" not in captions
    assert "owl.jpg#0" in captions


PHOTOS = ("ant.jpg", "bee.jpg", "cat.jpg", "dog.jpg", "eel.jpg", "fox.jpg", "gnu.jpg", "hen.jpg")


def one_each(folder: Path, cells: list[tuple[str, str]]) -> None:
    """Write a table in which each photo has a cell of its own, and none of the others'."""
    rows = [
        ",".join([photo, *(cell if at == n else "" for n in range(len(cells)))])
        for at, (photo, (_, cell)) in enumerate(zip(PHOTOS, cells, strict=False))
    ]
    columns(folder, "\n".join([",".join(["image", *(column for column, _ in cells)]), *rows]) + "\n")


@pytest.mark.closed
def test_columns_that_speak_of_a_child_restrict_their_photos(folder: Path) -> None:
    spoken = {"children": "2", "has_kids": "yes", "age": "7", "title": CHILD, "camera": "Toddler cam"}
    more = {"copyright": "small girl studio", "author": "Mum and kids", "date": "when my son was born"}
    one_each(folder, list((spoken | more).items()))
    assert restricted(folder) == set(PHOTOS)


def test_columns_that_say_no_or_something_else_restrict_nothing(folder: Path) -> None:
    spoken = {"children": "0", "has_kids": "no", "age": "42", "title": "My bike", "author": "Julia Child"}
    one_each(folder, list((spoken | {"camera": "Canon EOS Kiss", "minors": "", "stars": "5"}).items()))
    assert restricted(folder) == set()


@pytest.mark.closed
@pytest.mark.parametrize(
    ("row", "photos"),
    [
        (f"ant.jpg,red\nant.jpg,{CHILD}", {"ant.jpg"}),
        (f"ANT.JPG,{CHILD}", {"ant.jpg"}),
        (f"./train_images/../ant.jpg,{CHILD}", {"ant.jpg"}),
        ("ant.jpg,A boy, and a dog", {"ant.jpg"}),
        ('ant.jpg,"A boy', {"ant.jpg"}),
        ("nobody.jpg,A boy", set()),
        ("nobody.jpg,A boy,and", set()),
    ],
)
@pytest.mark.slow
def test_a_row_that_is_left_out_counts_for_the_photos_that_it_may_mean(
    folder: Path, row: str, photos: set[str]
) -> None:
    columns(folder, f"image,title\n{row}\n")
    assert restricted(folder) == photos


@pytest.mark.closed
@pytest.mark.parametrize(
    "table",
    [
        "image,title\nant.jpg,a bike\n".encode("utf-16"),
        b"ant.jpg,a bike\n",
        b"image,title,title\nant.jpg,a,b\n",
    ],
    ids=["UTF-16", "without a head", "a column twice"],
)
def test_a_table_of_columns_that_cannot_be_read_restricts_all(folder: Path, table: bytes) -> None:
    columns(folder, table)
    assert len(restricted(folder)) == 8


@pytest.mark.closed
def test_a_line_of_columns_in_another_encoding_restricts_its_photo(folder: Path) -> None:
    columns(folder, b"image,title\n" + "ant.jpg,Мальчик\n".encode("cp1251") + b"bee.jpg,a bike\n")
    assert restricted(folder) == {"ant.jpg"}
    gate = LAW.gate(loaded(folder), "RU", date(2026, 11, 20))
    assert gate.decisions["ant.jpg"].source == UNREAD


def test_what_is_left_out_of_the_columns_is_told(folder: Path) -> None:
    columns(folder, "image,title\nant.jpg,a,b\nnobody.jpg,c\n")
    with pytest.warns(DataWarning, match="left out 2 rows"):
        data = load_dataset(folder)
    assert set(data.quarantine["file"]) == {"photos.csv"}


SPEAKING = (
    lambda path, n: save(path, exif_data=exif({0x010E: CHILD}), seed=n),
    lambda path, n: save(path, exif_data=exif({0x9C9B: CHILD.encode("utf-16-le")}), seed=n),
    lambda path, n: save(path, exif_data=exif({0x9C9E: "beach;toddler\0".encode("utf-16-le")}), seed=n),
    lambda path, n: save(path, exif_data=exif({}, b"ASCII\0\0\0" + CHILD.encode()), seed=n),
    lambda path, n: save(path, exif_data=exif({0x8298: "small girl studio"}), seed=n),
    lambda path, n: save(path, iptc(record(25, b"beach"), record(25, b"kids")), seed=n),
    lambda path, n: save(path, xmp=packet(listed("Iptc4xmpExt:ModelAge", "7")), seed=n),
    lambda path, n: save(path, segment(0xFE, b"My toddler"), seed=n),
    lambda path, n: save(path, exif_data=exif({0x010E: "Девочка".encode("cp1251")}), seed=n),
    lambda path, n: save(path, xmp=titled("A dog")[:-30], seed=n),
)


@pytest.mark.closed
def test_a_file_that_speaks_of_a_child_or_cannot_be_read_restricts_its_photo(folder: Path) -> None:
    names = [f"new{n}.jpg" for n in range(len(SPEAKING))]
    with (folder / "captions.csv").open("a") as stream:
        stream.writelines(f"{name},{name}#0,A red wall\n" for name in [*names, "innocent.jpg"])
    for n, (name, write) in enumerate(zip(names, SPEAKING, strict=True)):
        write(folder / "train_images" / name, n)
    uncaptioned(folder, name="innocent.jpg", seed=99, exif_data=exif({0x010E: "OLYMPUS DIGITAL CAMERA"}))
    assert restricted(folder) == set(names)


@pytest.mark.parametrize("name", ["new.jpg", "new.png", "new.webp", "new.tif"])
@pytest.mark.slow
def test_a_description_in_a_file_is_a_caption(folder: Path, name: str) -> None:
    uncaptioned(folder, name=name, xmp=titled(CAPTION))
    data = loaded(folder)
    own = data.captions[data.captions["photo"] == name]
    assert own[["caption", "number", "text", "part"]].to_numpy().tolist() == [
        [f"{name}#0", 0, CAPTION, "train"]
    ]
    assert restricted(folder) == set()


def test_captions_of_a_file_stand_behind_those_of_the_tables_and_are_not_doubled(folder: Path) -> None:
    told = {
        0x010E: CAPTION,
        0x9C9B: (CAPTION.upper() + " !").encode("utf-16-le"),
        0x9C9F: "a ant, seen 1 TIMES, stands by itself".encode("utf-16-le"),
    }
    save(
        folder / "train_images" / "ant.jpg",
        exif_data=exif(told),
        xmp=packet(listed("dc:subject", "sea", "sand")),
    )
    data = loaded(folder)
    own = data.captions[data.captions["photo"] == "ant.jpg"]
    assert sorted(own["number"]) == [0, 1, 2, 3, 4, 5, 6]
    assert own["text"].tolist()[5:] == [CAPTION, "sea; sand"]


def test_a_caption_of_a_test_photos_file_is_one_of_the_test_part(folder: Path) -> None:
    save(folder / "test_images" / "gnu.jpg", xmp=titled(CAPTION))
    data = loaded(folder)
    assert data.captions.set_index("caption").loc["gnu.jpg#5", "part"] == "test"
    assert len(data.queries) == 10


BY_MACHINES = (
    "OLYMPUS DIGITAL CAMERA",
    "SONY DSC",
    "Exif_JPEG_PICTURE",
    "Created with GIMP",
    "DCIM\\100GOPRO\\GOPR0012.JPG",
    "SAMSUNG",
    "Screenshot",
    "(c) John Smith, all rights reserved",
    "File written by Adobe Photoshop 4.0",
    "Processed with VSCO with c1 preset",
    "CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90",
    "<KENOX S630  / Samsung S630>",
    "Photo by a friend of mine",
    "digital still camera",
    "Type your caption here",
    "see more at www.example.org or write to me",
    "IMG_2007 12 13 14 15 a b c d e f",
    "the dog",
    "Untitled",
    "снято на телефон моего друга",
)


@pytest.mark.closed
def test_what_a_machine_wrote_is_no_caption(folder: Path) -> None:
    for n, text in enumerate(BY_MACHINES):
        uncaptioned(folder, name=f"new{n}.jpg", seed=n, exif_data=exif({0x010E: text.encode()}))
    data = loaded(folder)
    assert set(data.captions["photo"]) <= {
        "owl.jpg",
        *(photo for photo in data.photos["photo"] if "new" not in photo),
    }
    assert restricted(folder) == {f"new{n}.jpg" for n in range(len(BY_MACHINES))}


@pytest.mark.closed
def test_keywords_that_name_nobody_and_comments_are_no_caption(folder: Path) -> None:
    keywords = packet(listed("dc:subject", "on a beach", "sea", "playing"))
    uncaptioned(folder, segment(0xFE, b"two dogs run along a beach"), xmp=keywords)
    assert restricted(folder) == {"new.jpg"}


@pytest.mark.closed
def test_a_text_that_stands_in_many_files_is_no_caption(folder: Path) -> None:
    for n in range(4):
        uncaptioned(folder, name=f"new{n}.png", seed=n, xmp=titled("From our holiday by the sea"))
    uncaptioned(folder, name="other.png", seed=9, xmp=titled(CAPTION))
    found = restricted(folder)
    assert found == {f"new{n}.png" for n in range(4)}


@pytest.mark.closed
def test_what_is_left_for_training_keeps_its_evidence(folder: Path) -> None:
    columns(folder, "image,age,title\nant.jpg,7,red\nbee.jpg,17,blue\n")
    kept, removed = LAW.split(loaded(folder), "RU")
    assert "photo ant.jpg" in set(removed["what"])
    assert "column title of bee.jpg" in set(kept.other_texts["caption"])
    stricter = Policy(Countries((CountryRule("RU", "children", 18),)))
    assert not stricter.gate(kept, "RU", date(2026, 11, 20)).photo("bee.jpg")


@pytest.mark.closed
def test_a_text_with_a_damaged_id_does_not_keep_a_data_set_from_being_split(folder: Path) -> None:
    with (folder / "captions.csv").open("a") as stream:
        stream.write("ant.jpg,ant.jpg#x,A toddler\n")
    kept, _ = LAW.split(loaded(folder), "RU")
    assert "ant.jpg" not in set(kept.photos["photo"])


def test_the_list_of_restricted_photos_says_where_each_text_stands(folder: Path) -> None:
    uncaptioned(folder, name="little_girl_01.jpg")
    columns(folder, "image,children\nant.jpg,2\n")
    save(folder / "train_images" / "bee.jpg", exif_data=exif({0x010E: CHILD}), xmp=titled("A dog")[:-30])
    save(folder / "train_images" / "cat.jpg", segment(0xFE, b"My toddler"))
    told = CliRunner().invoke(app, ["policy", "photos", str(folder)]).stdout
    for line in (
        "name of little_girl_01.jpg: some little boy or girl “little girl”",
        "column children of ant.jpg: child “children”",
        "bee.jpg#5: child “toddler”",
        "JPEG comment of cat.jpg: child “toddler”",
    ):
        assert line in told
