"""Files that are not what they were are told of by folder and reason, with what mends it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from small_index import draw_look

from withsense_tf.index.integrity.file_checks import file_problems, gone_photo
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.state_table import set_state

INDEX = Path("an index")


@pytest.fixture
def photos(tmp_path: Path) -> list[tuple[str, str, str]]:
    files = [draw_look(tmp_path / "disk" / folder, look) for folder in ("one", "two") for look in range(5)]
    return [(file.name, str(file), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]


def test_whole_files_have_no_line(photos: list[tuple[str, str, str]]) -> None:
    assert file_problems(photos, "/photos", INDEX) == []


def test_a_folder_that_is_gone_has_one_line_that_says_what_mends_it(
    photos: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "disk" / "two")
    (line,) = file_problems(photos, str(tmp_path / "disk"), INDEX)
    assert line.startswith(
        f"The folder {tmp_path}/disk/two is gone, and with it the files of 5 photos: look-0-0.png"
    )
    assert "look-2-0.png and 2 more. Bring back what was there" in line
    assert "look-3-0.png" not in line
    # By a folder that is a part of what was indexed, all other photos would be lost.
    assert line.endswith(f"or run: withsense index update {tmp_path}/disk --index 'an index'")
    assert "index update" not in file_problems(photos, None, INDEX)[0]
    shutil.rmtree(tmp_path / "disk")
    (line,) = file_problems(photos, str(tmp_path / "disk"), INDEX)
    assert line.endswith(
        "if it was moved, run: withsense index update NEW_FOLDER --replace --index 'an index'"
    )
    assert line.startswith(f"The folder {tmp_path}/disk is gone, and with it the files of 10 photos")


def test_no_line_sends_to_a_folder_that_is_gone(photos: list[tuple[str, str, str]], tmp_path: Path) -> None:
    upload = draw_look(tmp_path / "uploads", 7)
    upload.write_bytes(b"")
    (tmp_path / "disk").rename(tmp_path / "moved")
    lines = file_problems([*photos, (upload.name, str(upload), "")], str(tmp_path / "disk"), INDEX)
    assert ["is gone" in line for line in lines] == [True, False]
    assert lines[0].endswith("index update NEW_FOLDER --replace --index 'an index'")
    # Another folder in its place would take the uploads out.
    assert lines[1].endswith(" Bring back what was there.")


def test_files_of_one_reason_share_a_line(photos: list[tuple[str, str, str]], tmp_path: Path) -> None:
    for _, path, _ in photos[:4]:
        Path(path).unlink()
    Path(photos[5][1]).write_bytes(b"")
    source = tmp_path / "my photos"
    source.mkdir()
    missing, empty = file_problems(photos, str(source), INDEX)
    assert "The files of 4 photos are not used: there is none any more (look-0-0.png" in missing
    assert "The file of look-0-0.png is not used: the file has zero bytes." in empty
    assert all(
        line.endswith(f"or run: withsense index update '{source}' --index 'an index'")
        for line in (missing, empty)
    )
    assert all("index update" not in line for line in file_problems(photos, None, INDEX))


def test_of_a_few_photos_the_first_that_is_gone_tells_what_mends_it(
    photos: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    index, places = PhotoIndex.make(tmp_path / "index"), [(name, path) for name, path, _ in photos]
    with index.catalog.writing() as tables:
        set_state(tables, source=str(tmp_path / "disk"))
        assert gone_photo(tables, places, INDEX) is None
        Path(places[1][1]).unlink()
        assert (gone_photo(tables, places, INDEX) or "").startswith(f"The file of {places[1][0]} is gone:")
        (tmp_path / "disk").rename(tmp_path / "moved")
        line = gone_photo(tables, places, INDEX) or ""
    assert line.startswith(
        f"The folder {tmp_path}/disk is gone: what was there is found, and cannot be shown."
    )
    assert line.endswith("withsense index update NEW_FOLDER --replace --index 'an index'")
