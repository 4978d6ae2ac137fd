from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.photo_facts import photo_facts
from withsense_tf.data.pictures.look_cache import cache_file
from withsense_tf.data.pictures.photo_file import digest_of


def save(
    folder: Path, name: str, size: tuple[int, int] = (48, 32), camera: str = "", turned: int = 1
) -> None:
    tags = Image.Exif()
    tags[Base.Orientation] = turned
    if camera:
        tags[Base.Model] = camera
        tags.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2009:05:01 10:20:30"
    Image.new("RGB", size).save(folder / name, exif=tags)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Return two photos as a data set lists them: a.jpg with EXIF, b.jpg without; nothing is known of them before."""
    monkeypatch.setenv("WITHSENSE_CACHE", str(tmp_path / "cache"))
    save(tmp_path, "a.jpg", camera="Nikon D90")
    save(tmp_path, "b.jpg", size=(32, 48))
    rows = [("a.jpg", str(tmp_path / "a.jpg"), 48, 32), ("b.jpg", str(tmp_path / "b.jpg"), 32, 48)]
    photos = pd.DataFrame(rows, columns=["photo", "path", "width", "height"])
    return photos.assign(digest=[digest_of(Path(path)) for path in photos["path"]])


def listed(
    folder: Path, photos: pd.DataFrame, table: str
) -> tuple[dict[str, dict[str, str | float]], list[Problem]]:
    """Return the facts of photos beside this photos.csv, without those of their size, and the problems."""
    (folder / "photos.csv").write_text(table, encoding="utf-8")
    problems: list[Problem] = []
    facts = photo_facts(folder, photos, problems)
    own = {"width", "height", "orientation", "colour"}
    return {
        name: {key: value for key, value in said.items() if key not in own} for name, said in facts.items()
    }, problems


def test_without_a_table_the_photos_speak_for_themselves(tmp_path: Path, photos: pd.DataFrame) -> None:
    assert photo_facts(tmp_path, photos) == {
        "a.jpg": {
            "width": 48.0,
            "height": 32.0,
            "orientation": "landscape",
            "colour": "black",
            "camera": "Nikon D90",
            "date": "2009-05-01",
        },
        "b.jpg": {"width": 32.0, "height": 48.0, "orientation": "portrait", "colour": "black"},
    }


def test_the_table_wins_over_exif(tmp_path: Path, photos: pd.DataFrame) -> None:
    facts, _ = listed(tmp_path, photos, "image,camera,place\na.jpg,Leica M10,Paris\n")
    assert facts["a.jpg"] == {"camera": "Leica M10", "date": "2009-05-01", "place": "Paris"}


def test_an_empty_cell_says_nothing(tmp_path: Path, photos: pd.DataFrame) -> None:
    facts, _ = listed(tmp_path, photos, "image,camera,place\na.jpg,,\n")
    assert facts["a.jpg"] == {"camera": "Nikon D90", "date": "2009-05-01"}


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_detected(tmp_path: Path, photos: pd.DataFrame, separator: str) -> None:
    facts, problems = listed(
        tmp_path, photos, separator.join(["Place", "image"]) + "\n" + f"Париж{separator}b.jpg\n"
    )
    assert (facts["b.jpg"], problems) == ({"place": "Париж"}, [])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5", 5.0),
        ("-33.9", -33.9),
        ("0.5", 0.5),
        ("007", "007"),
        ("1e5", "1e5"),
        ("five", "five"),
        ("nan", "nan"),
    ],
)
def test_plain_numbers_become_numbers(
    tmp_path: Path, photos: pd.DataFrame, cell: str, value: str | float
) -> None:
    facts, _ = listed(tmp_path, photos, f"image,stars\nb.jpg,{cell}\n")
    assert facts["b.jpg"] == {"stars": value}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2020", "2020"),
        ("2020-05", "2020-05"),
        ("2020:05:01 10:00:00", "2020-05-01"),
        ("2020-05-01T10:00", "2020-05-01"),
        ("01.05.2020", "2020-05-01"),
        ("5/1/2020", "5/1/2020"),
        ("31.02.2020", "31.02.2020"),
        ("spring", "spring"),
    ],
)
def test_dates_are_written_in_one_way(tmp_path: Path, photos: pd.DataFrame, cell: str, value: str) -> None:
    facts, _ = listed(tmp_path, photos, f"image,date\nb.jpg,{cell}\n")
    assert facts["b.jpg"] == {"date": value}


def test_a_column_without_a_name_is_an_index(tmp_path: Path, photos: pd.DataFrame) -> None:
    facts, _ = listed(tmp_path, photos, "|place|image\n0|Paris|b.jpg\n")
    assert facts["b.jpg"] == {"place": "Paris"}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("b.jpg", "row_width"),
        ('b.jpg,"Paris', "row_open_quote"),
        ("../b.jpg,Paris", "bad_photo_name"),
        ("c.jpg,Paris", "row_photo_missing"),
        ("a.jpg,Oslo", "duplicate_row"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_left_out(
    tmp_path: Path, photos: pd.DataFrame, row: str, kind: str
) -> None:
    facts, problems = listed(tmp_path, photos, f"image,place\na.jpg,Rome\n{row}\n")
    assert [(problem.kind, problem.where) for problem in problems] == [(kind, "photos.csv:3")]
    assert (facts["a.jpg"]["place"], facts["b.jpg"]) == ("Rome", {})


@pytest.mark.parametrize(("table", "kind"), [("photo,place\na,b\n", "file_columns"), ("", "file_empty")])
def test_a_table_that_cannot_be_used_is_reported(
    tmp_path: Path, photos: pd.DataFrame, table: str, kind: str
) -> None:
    _, problems = listed(tmp_path, photos, table)
    assert [problem.kind for problem in problems] == [kind]


def test_a_square_photo_is_square(tmp_path: Path, photos: pd.DataFrame) -> None:
    assert photo_facts(tmp_path, photos.assign(width=40, height=40))["a.jpg"]["orientation"] == "square"


def test_a_photo_that_is_no_longer_there_keeps_its_size(tmp_path: Path, photos: pd.DataFrame) -> None:
    (tmp_path / "a.jpg").unlink()
    assert photo_facts(tmp_path, photos)["a.jpg"] == {
        "width": 48.0,
        "height": 32.0,
        "orientation": "landscape",
    }


def test_a_photo_has_its_main_colours_the_largest_first(tmp_path: Path, photos: pd.DataFrame) -> None:
    half = Image.new("RGB", (48, 32), (0, 0, 255))
    half.paste((255, 0, 0), (0, 0, 16, 32))
    half.save(tmp_path / "a.jpg")
    photos.loc[0, "digest"] = digest_of(tmp_path / "a.jpg")
    assert photo_facts(tmp_path, photos)["a.jpg"]["colour"] == "blue, red"
    # By what is kept, too.
    assert cache_file().is_file()
    assert photo_facts(tmp_path, photos)["a.jpg"]["colour"] == "blue, red"


def test_a_file_that_changed_since_has_no_colours(tmp_path: Path, photos: pd.DataFrame) -> None:
    save(tmp_path, "a.jpg", camera="Canon")
    assert "colour" not in photo_facts(tmp_path, photos)["a.jpg"]


def test_a_table_that_names_colours_is_right(tmp_path: Path, photos: pd.DataFrame) -> None:
    (tmp_path / "photos.csv").write_text('image,colour\na.jpg,"gold,red"\n', encoding="utf-8")
    assert photo_facts(tmp_path, photos)["a.jpg"]["colour"] == "gold, red"


@pytest.mark.filterwarnings("error")
def test_damaged_exif_warns_of_nothing(tmp_path: Path, photos: pd.DataFrame) -> None:
    Image.new("RGB", (48, 32)).save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")
    assert "camera" not in photo_facts(tmp_path, photos)["a.jpg"]


def test_a_photo_on_its_side_has_the_orientation_that_people_see(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    tags = Image.Exif()
    tags[Base.Orientation] = 6
    Image.fromarray(pixels).save(folder / "train_images" / "ant.jpg", exif=tags)
    data = load_dataset(folder)
    assert photo_facts(data.folder, data.photos)["ant.jpg"]["orientation"] == "portrait"


def test_photos_of_a_plain_folder_have_the_folder_that_they_lie_in(tmp_path: Path) -> None:
    (tmp_path / "trip" / "day 2").mkdir(parents=True)
    save(tmp_path, "sea.jpg")
    save(tmp_path / "trip" / "day 2", "lake.jpg", size=(64, 32))
    data = load_dataset(tmp_path, tell=lambda _: None)
    facts = photo_facts(tmp_path, data.photos, known_facts=data.listed_facts)
    assert {name: said["folder"] for name, said in facts.items()} == {
        "sea.jpg": ".",
        "trip/day 2/lake.jpg": "trip/day 2",
    }


def test_a_column_of_folders_in_a_table_stays_the_only_one(tmp_path: Path) -> None:
    (tmp_path / "trip").mkdir()
    save(tmp_path, "sea.jpg")
    save(tmp_path / "trip", "lake.jpg", size=(64, 32))
    (tmp_path / "captions.csv").write_text(
        "file,caption,Folder\nsea.jpg,The wide sea.,attic\n", encoding="utf-8"
    )
    data = load_dataset(tmp_path, tell=lambda _: None)
    facts = photo_facts(tmp_path, data.photos, known_facts=data.listed_facts)
    assert (facts["sea.jpg"]["folder"], facts["trip/lake.jpg"].get("folder")) == ("attic", None)


def test_a_data_set_with_the_table_loads_as_without(folder: Path) -> None:
    before = load_dataset(folder).fingerprint
    (folder / "photos.csv").write_text("image,place\nant.jpg,Paris\n", encoding="utf-8")
    assert load_dataset(folder).fingerprint == before
