"""A restriction does not fall because its evidence left, unless somebody says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from index_digest import contents
from small_index import CHILD, INNOCENT, LAW, item_of, law, new_index, shown
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import SettingError
from withsense_tf.index.integrity.seal import settle_seals
from withsense_tf.index.item import Item
from withsense_tf.index.lift import Restrictions, _Change, _Restriction
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.overrides import Override

pytestmark = pytest.mark.closed


@pytest.fixture
def items(two: list[Item]) -> list[Item]:
    return two


def without_evidence(item: Item) -> Item:
    return dataclasses.replace(item, captions=item.captions[1:])


def test_a_restriction_does_not_fall_because_a_caption_left(index: PhotoIndex, two: list[Item]) -> None:
    before = contents(index)
    with pytest.raises(SettingError, match=r"1 photos are restricted and would be shown.*ann\.png.*--lift"):
        ingest(index, [without_evidence(two[0]), two[1]], LAW)
    assert contents(index) == before
    assert shown(index) == {"wall.png"}


def test_with_the_word_it_falls(index: PhotoIndex, two: list[Item]) -> None:
    ingest(index, [without_evidence(two[0]), two[1]], LAW, lift=True)
    assert shown(index) == {"ann.png", "wall.png"}


def test_captions_that_come_and_restrict_need_no_word(index: PhotoIndex, two: list[Item]) -> None:
    more = dataclasses.replace(two[1], captions=(*two[1].captions, ("wall.png#2", CHILD)))
    ingest(index, [two[0], more], LAW)
    assert shown(index) == set()


def test_what_became_readable_lifts_without_a_word_and_what_was_dropped_does_not(
    index: PhotoIndex, two: list[Item]
) -> None:
    broken = dataclasses.replace(two[1], unread=(("captions.csv:7", "the row cannot be read"),))
    ingest(index, [two[0], broken], LAW)
    assert shown(index) == set()
    with pytest.raises(SettingError, match="--lift"):
        ingest(index, two, LAW)
    mended = dataclasses.replace(two[1], captions=(*two[1].captions, ("wall.png#7", "A lined wall .")))
    ingest(index, [two[0], mended], LAW)
    assert shown(index) == {"wall.png"}


def test_a_duplicate_keeps_its_restriction_when_the_evidence_of_the_other_leaves(
    index: PhotoIndex, two: list[Item], looks: Path
) -> None:
    copy = item_of(looks, "copy.png", 1, light=1, texts=[INNOCENT])
    ingest(index, [copy], LAW)
    with pytest.raises(SettingError, match=r"ann\.png, copy\.png"):
        ingest(index, [without_evidence(two[0]), two[1]], LAW)


def test_a_duplicate_that_becomes_another_picture_needs_no_word(index: PhotoIndex, looks: Path) -> None:
    ingest(index, [item_of(looks, "copy.png", 1, light=1, texts=[INNOCENT])], LAW)
    ingest(index, [item_of(looks, "copy.png", 7, texts=["A lined navy cloth ."])], LAW)
    assert shown(index) == {"copy.png", "wall.png"}


def test_an_emptied_list_of_overrides_lifts_nothing_without_a_word(
    index: PhotoIndex, two: list[Item]
) -> None:
    by_hand = law(overrides={"wall.png": Override("wall.png", "restrict", "Ann", "a child in the back")})
    judge_anew(index, by_hand)
    assert shown(index, by_hand) == set()
    for change in (lambda: judge_anew(index, LAW), lambda: ingest(index, two, LAW)):
        with pytest.raises(SettingError, match=r"wall\.png.*--lift"):
            change()
    assert shown(index, by_hand) == set()
    judge_anew(index, LAW, lift=True)
    assert shown(index) == {"wall.png"}


def test_a_person_who_allows_a_photo_has_said_the_word(index: PhotoIndex, two: list[Item]) -> None:
    looked = Override("ann.png", "allow", "Ann", "a small grown-up", two[0].digest)
    allowed = law(overrides={"ann.png": looked})
    judge_anew(index, allowed)
    assert shown(index, allowed) == {"ann.png", "wall.png"}


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["delete", "cut", "innocent"])
def test_the_commands_ask_for_the_word_when_a_captions_file_was_lost(
    folder: Path, tmp_path: Path, damage: str
) -> None:
    file, index = folder / "captions.csv", str(tmp_path / "index")
    file.write_text(file.read_text().replace("A bee, seen 3 times", "A toddler, seen 3 times"))
    built = CliRunner().invoke(
        app, ["index", "build", str(folder), "--index", index, "--matcher", "captions"]
    )
    assert built.exit_code == 0, built.output
    if damage == "delete":
        file.unlink()
    elif damage == "cut":
        file.write_text("\n".join(file.read_text().splitlines()[:3]) + "\n")
    else:
        file.write_text(file.read_text().replace("A toddler, seen 3 times", "A bee, seen 3 times"))
    update = ["index", "update", str(folder), "--index", index]
    refused = CliRunner().invoke(app, update)
    assert isinstance(refused.exception, SettingError)
    assert "bee.jpg" in str(refused.exception)
    assert CliRunner().invoke(app, [*update, "--lift"]).exit_code == 0


@pytest.fixture
def bare(looks: Path) -> Item:
    """Return a copy of the wall of which nobody said anything."""
    return item_of(looks, "bare.png", 2, light=1, texts=[])


def test_a_copy_without_captions_comes_and_goes_and_the_captioned_photo_stays_shown(
    index: PhotoIndex, bare: Item
) -> None:
    ingest(index, [bare], LAW)
    assert shown(index) == {"wall.png"}
    ingest(index, [], LAW, remove=["bare.png"])
    assert shown(index) == {"wall.png"}


def test_a_copy_without_captions_that_a_person_restricts_restricts_its_copies(
    index: PhotoIndex, bare: Item
) -> None:
    by_hand = law(overrides={"bare.png": Override("bare.png", "restrict", "Ann", "a child in the back")})
    ingest(index, [bare], by_hand)
    assert shown(index, by_hand) == set()
    with pytest.raises(SettingError, match=r"wall\.png.*--lift"):
        judge_anew(index, LAW)


def test_a_copy_without_captions_whose_evidence_cannot_be_read_restricts_its_copies(
    index: PhotoIndex, bare: Item
) -> None:
    ingest(index, [dataclasses.replace(bare, unread=(("captions.csv:7", "the row cannot be read"),))], LAW)
    assert shown(index) == set()


def settled_as_before(index: PhotoIndex, name: str, other: str) -> None:
    """Write into an index what was settled when copies without captions restricted the others, too."""
    with index.catalog.writing() as tables:
        tables.execute(
            "UPDATE law SET restricted = 1, source = ?, seal = NULL WHERE photo = "
            "(SELECT id FROM live WHERE name = ?)",
            (f"duplicate of {other}", name),
        )
        settle_seals(tables)


def test_in_an_older_index_the_captioned_photo_is_shown_once_the_copy_without_captions_left(
    index: PhotoIndex, bare: Item
) -> None:
    ingest(index, [bare], LAW)
    settled_as_before(index, "wall.png", "bare.png")
    assert shown(index) == set()
    ingest(index, [], LAW, remove=["bare.png"])
    assert shown(index) == {"wall.png"}


def test_in_an_older_index_evidence_behind_a_copy_without_captions_does_not_leave_unseen(
    index: PhotoIndex, two: list[Item], looks: Path
) -> None:
    copies = [item_of(looks, "a.png", 1, 1, texts=[]), item_of(looks, "copy.png", 1, 2, texts=[INNOCENT])]
    ingest(index, copies, LAW)
    settled_as_before(index, "copy.png", "a.png")
    with index.catalog.writing() as tables:
        tables.execute("UPDATE law SET source = 'no captions', seal = NULL WHERE source LIKE '% ann.png' AND "
                       "photo = (SELECT id FROM live WHERE name = 'a.png')")  # fmt: skip
        settle_seals(tables)
    with pytest.raises(SettingError, match=r"copy\.png.*--lift"):
        ingest(index, [without_evidence(two[0])], LAW)


def test_a_copy_that_leaves_and_alone_was_like_both_others_lifts_nothing_without_a_word(
    index: PhotoIndex,
) -> None:
    with index.catalog.reading() as tables:
        before = Restrictions(tables)
    before._of = {
        ("ann.png", 16): _Restriction(1, True, False, 1, "captions"),
        ("between.png", 16): _Restriction(2, True, False, 1, "duplicate of ann.png"),
        ("wall.png", 16): _Restriction(3, False, False, 1, "duplicate of ann.png"),
    }
    assert before._evidence_left("wall.png", 16, {"between.png": _Change(lost=True, other_picture=True)})
    assert not before._evidence_left("wall.png", 16, {})


class Suspicious:
    """A judge of photos that sees somebody small in every photo of one name."""

    identity = "suspicious"

    def chances(self, paths: Sequence[Path]) -> list[float]:
        return [0.9 if "look-2-1" in path.name else 0.01 for path in paths]

    likely = __call__ = chances


@pytest.mark.closed
def test_a_judge_that_is_dropped_frees_no_copy_of_what_it_restricted_without_a_word(
    looks: Path, fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path
) -> None:
    by_eyes = law(photo_judge=Suspicious())
    items = [
        item_of(looks, "a.png", 1),
        item_of(looks, "wall.png", 2, texts=["A plain red wall ."]),
        item_of(looks, "bare.png", 2, light=1, texts=[]),
    ]
    index = new_index(tmp_path / "judged", fitted("hybrid"), items, store, by_eyes)
    assert "wall.png" not in shown(index, by_eyes)
    with pytest.raises(SettingError, match=r"wall\.png.*say --lift"):
        judge_anew(index, LAW, by_less=True)
    judge_anew(index, LAW, by_less=True, lift=True)
    assert "wall.png" in shown(index)
