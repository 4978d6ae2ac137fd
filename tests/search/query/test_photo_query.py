"""A photo is the query only where the law lets it be, and nobody learns which photos are restricted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pytest
from PIL import Image
from small_index import CHILD, LAW, draw_look, item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.passing_store import PassingStore
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.trail.restriction_reasons import UNHEARD
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.matchers import saved
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.overrides import RELEASE
from withsense_tf.search.query.photo_query import Refusal
from withsense_tf.search.search import Search


@pytest.mark.parametrize(
    "name", ["child.png", "nobody.png", "a" * 300, "\udcff.png", "chil\0d.png", "/child.png"]
)
@pytest.mark.parametrize("text", ["", "a wall"])
def test_a_restricted_name_is_answered_like_one_that_is_not_known(
    index: PhotoIndex, name: str, text: str
) -> None:
    search = Search(index, policy=LAW, country="BB", for_strangers=True)
    found, restricted = search(text, photo=name), search(text, photo="child.png")
    assert found == replace(restricted, like=name)
    assert (found.notice, found.places) == (NOTICE, ())
    assert found.message == restricted.message
    assert found.message is not None
    assert "its name is not known, or the law keeps it back" in found.message


def test_a_file_of_a_restricted_name_is_judged_like_one_of_an_unknown_name(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lenient = law(uncaptioned="allow")
    items = [*items_of_looks(looks, 4), item_of(looks, "ann.png", 20, texts=[CHILD])]
    index = new_index(tmp_path / "index", fitted("closed form"), items, store, lenient)
    monkeypatch.chdir(tmp_path)
    search = Search(index, policy=lenient, country="BB")
    for name in ("ann.png", "nobody.png", "./ann.png"):
        Path(name).write_bytes(draw_look(looks, 39).read_bytes())
        found = search(photo=name, minimum=0)
        assert (found.notice, len(found.places)) == (None, 5)
    # The child itself is no query under any name.
    for name in ("ann.png", "nobody.png"):
        Path(name).write_bytes(draw_look(looks, 20).read_bytes())
        assert search(photo=name, minimum=0).notice == NOTICE
    index.close()


def test_the_networks_of_a_model_are_loaded_once_for_photos_that_are_asked_by_and_that_come_in(
    fitted: Callable[[str], Matcher],
    store: VectorStore,
    looks: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load, loads = saved.load_matcher, []

    def count(folder: Path, store: VectorStore) -> Matcher:
        loads.append(type(store))
        return load(folder, store)

    monkeypatch.setattr(saved, "load_matcher", count)
    items = items_of_looks(looks, 6)
    index = new_index(tmp_path / "index", fitted("closed form"), items[:4], store)
    search = Search(index, policy=LAW, country="BB")
    for number, item in zip((30, 31, 30), [*items[4:], replace(items[4], name="again.png")], strict=True):
        assert ingest(index, [item], LAW).added == 1
        photo = draw_look(tmp_path, number)
        assert len(search(photo=str(photo), says="a wall", minimum=0).hits) > 0
    # One that keeps vectors, and one that leaves nothing of a stranger's photo.
    assert loads == [VectorStore, PassingStore]
    index.close()


def test_a_file_cropped_from_a_photo_of_the_index_finds_that_photo_first(
    index: PhotoIndex, looks: Path, tmp_path: Path
) -> None:
    search = Search(index, policy=LAW, country="BB")
    for look in range(3):
        whole = Image.open(draw_look(looks, look)).resize((320, 320))
        whole.crop((0, 0, 288, 288)).save(crop := tmp_path / f"crop-{look}.png")
        answer = search(photo=str(crop), says="a wall", minimum=0)
        # Like the same file, it is asked by the point that the index has.
        assert (answer.hits[0].photo, answer.hits[0].score) == (f"{look:03d}.png", pytest.approx(1))
        assert f"is in the index: {look:03d}.png." in (answer.message or "")
        # So is a small crop, a part of the photo.
        whole.crop((0, 0, 320, 176)).save(crop)
        answer = search(photo=str(crop), says="a wall", minimum=0)
        assert (answer.hits[0].photo, answer.hits[0].score) == (f"{look:03d}.png", pytest.approx(1))
        assert f"one that it is a part of, is in the index: {look:03d}.png." in str(answer.message)


@pytest.mark.parametrize("name", ["nobody.png", "a" * 300, "\udcff.png", "chil\0d.png", "/child.png"])
def test_who_holds_the_index_is_told_that_there_is_no_such_photo(index: PhotoIndex, name: str) -> None:
    search = Search(index, policy=LAW, country="BB")
    with pytest.raises(SettingError, match=r"has no photo .*, and there is no such file"):
        search("a wall", photo=name)
    with pytest.raises(SettingError, match=r"has no photo .*takes the text first"):
        search.score("a wall", name)
    held_back = search("a wall", photo="child.png")
    assert (held_back.notice, held_back.message) == (
        NOTICE,
        f"The law keeps this photo back here, by what is said of it. {RELEASE}",
    )


def test_strangers_are_told_of_no_score_whether_there_is_such_a_photo(index: PhotoIndex) -> None:
    search = Search(index, policy=LAW, country="BB", for_strangers=True)
    assert search.score("a wall", "nobody.png") == search.score("a wall", "child.png") == Refusal(NOTICE)


def test_of_a_file_without_captions_it_is_said_how_to_say_what_it_shows(
    index: PhotoIndex, tmp_path: Path
) -> None:
    photo = str(draw_look(tmp_path, 30))
    answer = Search(index, policy=LAW, country="BB")(photo=photo)
    assert answer.notice == NOTICE
    assert answer.message is not None
    assert 'Say what it shows: says="' in answer.message
    assert 'Say what it shows: --says "' in answer.as_text()
    assert Search(index, policy=LAW, country="BB", for_strangers=True)(photo=photo).message is None


def test_of_a_photo_of_the_index_without_captions_it_is_said_who_shows_it(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    items = [*items_of_looks(looks, 4), item_of(looks, "bare.png", 21, texts=[])]
    index = new_index(tmp_path / "index", fitted("closed form"), items, store)
    search = Search(index, policy=LAW, country="BB")
    # By its name, or as the same file under another one.
    for photo in ("bare.png", str(draw_look(looks, 21))):
        for says in ("", "a wall"):
            answer = search(photo=photo, says=says)
            assert answer.notice == NOTICE
            assert answer.message is not None
            assert answer.message.startswith("No caption says what this photo shows")
            assert answer.message.endswith(RELEASE)
            assert "says=" not in answer.message
            assert (UNHEARD in answer.message) == bool(says)
    # Another picture of the same scene is judged by what it is like.
    like = search(photo=str(draw_look(looks, 21, light=1)), says="a wall")
    assert like.message is not None
    assert "like it that is restricted" in like.message
    assert "bare.png" not in like.message
    index.close()


def test_the_name_of_a_hit_is_no_path_and_a_wave_before_another_is_the_home_folder(
    fitted: Callable[[str], Matcher],
    looks: Path,
    store: VectorStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    names = ("~/a.png", "~root/b.png", "c.png")
    items = [item_of(looks, name, look) for look, name in enumerate(names)]
    copyfile(draw_look(looks, 2), tmp_path / "mine.png")
    with Search(
        new_index(tmp_path / "index", fitted("closed form"), items, store), policy=LAW, country="AQ"
    ) as search:
        for name in (*names, "~/mine.png"):
            answer = search(photo=name, minimum=0)
            assert (answer.like, len(answer) > 0) == (name, True)
        for name in ("", "~", "~/nobody.png"):
            with pytest.raises(SettingError, match=f"has no photo '{name}', and"):
                search("a wall", photo=name)
