"""A photo is shown only if its file is the very one that was judged: what lies at its path now may be another."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_index import LAW, items_of_looks, new_index

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.data.pictures.photo_file import CHANGED, PhotoError, open_upright, read_photo
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.evaluation.page.run_sheets import Thumbnails
from withsense_tf.experiments.explore.content_sections import sheet_section
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.search import contact_sheet
from withsense_tf.search.hits import Hits
from withsense_tf.search.places import Hit, Withheld
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed
COUNT = 6
PURPLE = (255, 0, 255)


@pytest.fixture
def index(fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(tmp_path / "photos", COUNT), store)


def exchange(file: Path) -> None:
    Image.new("RGB", (32, 32), PURPLE).save(file, format="PNG")


def purple(picture: Image.Image) -> int:
    return int((np.asarray(picture.convert("RGB")) == PURPLE).all(axis=2).sum())


def ask(index: PhotoIndex) -> Hits:
    found = Search(index, policy=LAW, country="BB")("a plain scarlet wall", k=COUNT, minimum=0.0)
    assert len(found) == COUNT
    return found


def test_a_picture_that_was_put_under_the_name_of_a_hit_is_not_drawn(
    index: PhotoIndex, tmp_path: Path
) -> None:
    found = ask(index)
    exchange(found.hits[0].path)
    in_notebook = Image.open(io.BytesIO(found._repr_png_()))
    saved = Image.open(found.save(tmp_path / "sheet.png"))
    # Also where it is asked for after the exchange.
    again = Image.open(ask(index).save(tmp_path / "again.png"))
    assert [purple(one) for one in (in_notebook, saved, again)] == [0, 0, 0]


def test_a_file_that_is_as_it_was_is_drawn(tmp_path: Path) -> None:
    exchange(tmp_path / "a.png")
    digest = hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()
    hit = Hit(1, "a.png", tmp_path / "a.png", 0.9, digest=digest)
    assert purple(Image.open(io.BytesIO(Hits("a", (hit,))._repr_png_()))) > 200 * 200
    unknown = Hit(1, "a.png", tmp_path / "a.png", 0.9)
    assert purple(Image.open(io.BytesIO(Hits("a", (unknown,))._repr_png_()))) == 0


def test_a_sheet_is_as_dark_as_the_notebook_that_shows_it(tmp_path: Path) -> None:
    gone = Hit(1, "gone.png", tmp_path / "gone.png", 0.9, digest="0" * 64)
    hits = Hits("a dog", (gone, Withheld(2, "The law withholds this.")))
    for theme, is_dark in (("light", False), ("dark", True)):
        saved = np.asarray(Image.open(hits.save(tmp_path / f"{theme}.png", theme)).convert("L"))
        assert (np.median(saved) < 50, saved[0, 0] < 50) == (is_dark, is_dark)
        # Its writing stands out.
        assert (saved.max() if is_dark else 255 - saved.min()) > 200
        assert np.array_equal(saved, np.asarray(hits.sheet(theme).convert("L")))
    with pytest.raises(SettingError, match="theme"):
        hits.sheet("grey")


def test_an_answer_says_which_file_was_judged_and_a_withheld_place_says_nothing(index: PhotoIndex) -> None:
    told = ask(index).as_dict()
    with index.catalog.reading() as tables:
        digests = dict(tables.execute("SELECT name, digest FROM photos"))
    assert {hit["photo"]: hit["digest"] for hit in told["hits"]} == digests
    with_law = Search(index, policy=LAW, country="BB")
    with index.catalog.writing() as tables:
        tables.execute("UPDATE law SET restricted = 1")
    withheld = json.dumps(with_law("a plain scarlet wall", k=COUNT, minimum=0.0).as_dict())
    assert "notice" in withheld
    assert not any(digest in withheld for digest in digests.values())


def test_bytes_that_were_compared_are_the_ones_that_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.png"
    exchange(file)
    digest, reads = hashlib.sha256(file.read_bytes()).hexdigest(), []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or read(path))
    assert (read_photo(file, digest=digest) == PURPLE).all()
    assert reads == [file]
    with pytest.raises(PhotoError, match=CHANGED), open_upright(file, digest=digest[::-1]):
        pass


def test_checking_files_names_those_that_are_missing_changed_or_damaged_a_line_each(
    index: PhotoIndex, tmp_path: Path
) -> None:
    assert verify_index(index, files=True) == []
    names = ["000.png", "001.png", "002.png"]
    with index.catalog.reading() as tables:
        files = dict(tables.execute("SELECT name, path FROM photos"))
    Path(files[names[0]]).unlink()
    exchange(Path(files[names[1]]))
    Path(files[names[2]]).write_bytes(b"")
    assert verify_index(index) == []
    found = verify_index(index, files=True)
    assert len(found) == 3
    assert [name in line for name, line in zip(names, found, strict=True)] == [True] * 3
    assert "there is none any more" in found[0]
    assert CHANGED in found[1]
    assert "zero bytes" in found[2]


@pytest.mark.slow
def test_pages_of_a_data_set_show_no_file_that_changed_since_it_was_loaded(folder: Path) -> None:
    exchange(folder / "train_images" / "ant.jpg")
    data = load_dataset(folder)
    assert Thumbnails(data).of("bee.jpg")[0] is not None
    assert purple(Image.open(io.BytesIO(sheet_section(data).picture or b""))) > 1000
    Image.new("RGB", (31, 31), PURPLE).save(folder / "train_images" / "bee.jpg", format="PNG")
    (folder / "train_images" / "ant.jpg").write_bytes((folder / "train_images" / "bee.jpg").read_bytes())
    assert Thumbnails(data).of("bee.jpg") == (None, f"not shown: {CHANGED}")
    assert purple(Image.open(io.BytesIO(sheet_section(data).picture or b""))) == 0


@pytest.mark.parametrize("letter", ["W", "i", "Ш", "m"])
def test_a_name_below_a_photo_is_as_wide_as_its_place_at_most(letter: str) -> None:
    font = contact_sheet._font(13)
    assert contact_sheet.short_name("a dog.jpg", font) == "a dog.jpg"
    name = f"2024 travel/{letter * 60}/3070031806.jpg"
    short = contact_sheet.short_name(name, font)
    assert short.startswith("…")
    assert name.endswith(short[1:])
    assert contact_sheet.SIDE - font.getlength(letter) <= font.getlength(short) <= contact_sheet.SIDE
