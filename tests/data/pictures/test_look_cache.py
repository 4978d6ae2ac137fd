from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from scenes import scene

from withsense_tf.data.folder.photo_table import PhotoPlace, look_at_photos
from withsense_tf.data.pictures import look_cache as module
from withsense_tf.data.pictures import photo_file
from withsense_tf.data.pictures.look_cache import SMALLER, WHOLE, cache_file, look_cache
from withsense_tf.data.pictures.near_duplicates import read_look, read_looks
from withsense_tf.data.pictures.photo_file import PhotoError, digest_of, inspect_photo

LOOK = f"{'0f' * 64}.a8e0{'ab' * 12}"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    scene(4).save(file, quality=90)
    return file


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make whatever would decode a photo fail."""

    def fail(*_: object) -> None:
        raise AssertionError("a photo was decoded")

    monkeypatch.setattr(photo_file, "_load", fail)


@pytest.mark.parametrize("look", [LOOK, LOOK.partition(".")[0], ""])
def test_a_look_that_was_kept_is_found_by_content_and_way_alone(tmp_path: Path, look: str) -> None:
    file = tmp_path / "new" / "looks.sqlite"
    with look_cache(file) as cache:
        cache.add("1" * 64, WHOLE, look)
    with look_cache(file) as cache:
        assert cache.find("1" * 64, WHOLE) == look
        assert cache.find("1" * 64, SMALLER) is None
        assert cache.find("2" * 64, WHOLE) is None


def test_a_look_of_other_code_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with look_cache(tmp_path / "looks") as cache:
        cache.add("1" * 64, WHOLE, LOOK)
    monkeypatch.setattr(module, "looks_version", lambda: "another")
    with look_cache(tmp_path / "looks") as cache:
        assert cache.find("1" * 64, WHOLE) is None


def test_a_row_that_does_not_fit_its_checksum_is_not_found(tmp_path: Path) -> None:
    with look_cache(tmp_path / "looks") as cache:
        cache.add("1" * 64, WHOLE, LOOK)
    with sqlite3.connect(tmp_path / "looks") as tables:
        tables.execute("UPDATE looks SET patches = ?", (bytes(14),))
    tables.close()
    with look_cache(tmp_path / "looks") as cache:
        assert cache.find("1" * 64, WHOLE) is None


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "looks").write_bytes(b"no table at all" * 100)
    with look_cache(tmp_path / "looks") as cache:
        cache.add("1" * 64, WHOLE, LOOK)
    with look_cache(tmp_path / "looks") as cache:
        assert cache.find("1" * 64, WHOLE) == LOOK


def test_where_nothing_can_be_kept_looks_are_made_all_the_same(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with look_cache(tmp_path / "file" / "looks") as cache:
        assert read_look(photo, cache=cache) == read_look(photo)


def test_the_oldest_looks_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    for number in range(5):
        with look_cache(tmp_path / "looks") as cache:
            cache.add(str(number), WHOLE, LOOK)
    with look_cache(tmp_path / "looks") as cache:
        assert [cache.find(str(number), WHOLE) is not None for number in range(5)] == [False] * 2 + [True] * 3


def test_the_look_of_a_small_photo_is_the_same_and_shared_however_it_is_read(
    photo: Path, tmp_path: Path
) -> None:
    with look_cache(tmp_path / "looks") as cache:
        look = inspect_photo(photo, True, cache).look
        assert cache.find(digest_of(photo), SMALLER) == look == read_look(photo)


def test_a_large_jpeg_is_looked_at_apart_where_it_is_decoded_at_a_reduced_size(tmp_path: Path) -> None:
    scene(5, (640, 480)).save(tmp_path / "large.jpg")
    with look_cache(tmp_path / "looks") as cache:
        inspect_photo(tmp_path / "large.jpg", True, cache)
        assert cache.find(digest_of(tmp_path / "large.jpg"), SMALLER) is None


def test_a_photo_that_was_looked_at_is_not_decoded_again(photo: Path, request: pytest.FixtureRequest) -> None:
    places = [PhotoPlace(photo, "photo.jpg", "train")]
    before = look_at_photos(places, True, [])
    request.getfixturevalue("no_decoding")
    assert look_at_photos(places, True, []).equals(before)
    assert read_looks([photo]) == before["look"].tolist()


def test_a_look_that_is_known_says_nothing_of_another_content(photo: Path) -> None:
    with pytest.raises(PhotoError, match="not the one"):
        read_look(photo, "0" * 64, LOOK)
    assert read_look(photo, digest_of(photo), LOOK) == LOOK


def test_looks_are_kept_where_one_says_or_where_the_system_keeps_what_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_CACHE", str(tmp_path))
    assert cache_file() == tmp_path / "looks.sqlite"
    monkeypatch.delenv("WITHSENSE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file() == tmp_path / "withsense_tf" / "looks.sqlite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_file() == Path.home() / ".cache" / "withsense_tf" / "looks.sqlite"


def test_every_module_that_makes_looks_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(Path(module.__file__).with_name(f"{name}.py").is_file() for name in module.LOOKING)
    before = module.looks_version()
    monkeypatch.setattr(module, "LOOKING", module.LOOKING[1:])
    module.looks_version.cache_clear()
    assert module.looks_version() != before
    module.looks_version.cache_clear()
