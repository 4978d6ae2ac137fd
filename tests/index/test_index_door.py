"""The door before an index decides as the gate before the data set does, however the photos came into the index."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import write_folder
from small_index import COUNTRIES, LAW, item_of, items_of_looks, law, new_index

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.demo.demo_dataset import demo_dataset
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.item import items_of
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.photo_verdicts import judge_items
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import JUDGE, Countries, CountryRule
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.law import REVIEW
from withsense_tf.policy.overrides import OVERRIDES, Override
from withsense_tf.policy.photo_decisions import UNCAPTIONED, Ownership, spread
from withsense_tf.policy.service import LawFiles


def compare(index: PhotoIndex, data: Dataset, policy: Policy) -> int:
    """Check every decision against the gate's; return how many photos are restricted somewhere."""
    restricted = set()
    with index.catalog.reading() as tables:
        for country in ("AQ", "BB", "CC", None):
            door, gate = IndexDoor(policy, tables, country), policy.gate(data, country)
            for photo in data.photos["photo"]:
                assert door.decision(photo) == gate.decision(photo)
                if gate.decision(photo) is not None and gate.decision(photo).restricted:
                    restricted.add(photo)
                for scope in ("show", "search"):
                    assert door.photo(photo, scope) == gate.photo(photo, scope)
    return len(restricted)


@pytest.mark.slow
@pytest.mark.parametrize(
    "ownership", [{}, {"min_votes": 2}, {"duplicates": False, "uncaptioned": "allow"}], ids=str
)
def test_an_index_decides_as_the_gate_does_also_when_photos_came_in_pieces(
    ownership: dict, matcher: Matcher, store: VectorStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "demo of the law"
    data = demo_dataset(seed=5, train=40, test=16, folder=folder, captioned=0)
    photo = data.photos["photo"][3]
    policy = law(**ownership, overrides={photo: Override(photo, "restrict", "Ann", "I know")})
    items = items_of(data)
    with tempfile.TemporaryDirectory() as place:
        index = new_index(Path(place) / "index", matcher, items[30:], store, policy)
        ingest(index, items[:40], policy)
        ingest(index, [], policy, remove=[item.name for item in items[5:20]])
        ingest(index, list(reversed(items)), policy)
        assert compare(index, data, policy) > 5
        index.close()


@pytest.mark.slow
def test_second_texts_and_twins_left_out_in_training_count_in_the_index_as_at_the_gate(
    matcher: Matcher, folder: Path, store: VectorStore, tmp_path: Path
) -> None:
    captions = folder / "captions.csv"
    captions.write_text(captions.read_text() + "bee.jpg,bee.jpg#1,A toddler and a bee .\n")
    twin = folder / "train_images" / "fox.jpg"
    (folder / "test_images" / "gnu.jpg").write_bytes(twin.read_bytes())
    captions.write_text(captions.read_text().replace("A fox, seen 3 times", "A toddler, seen 3 times"))
    with pytest.warns(UserWarning, match="left out"):
        data = load_dataset(folder)
    assert "fox.jpg" in set(data.left_in_test["photo"])
    index = new_index(tmp_path / "index", matcher, items_of(data), store)
    gate = LAW.gate(data, "BB")
    with index.catalog.reading() as tables:
        door = IndexDoor(LAW, tables, "BB")
        decided = {photo: door.decision(photo).restricted for photo in data.photos["photo"]}
    assert decided == {photo: gate.decisions[photo].restricted for photo in data.photos["photo"]}
    assert decided["bee.jpg"]
    assert decided["gnu.jpg"]


@pytest.fixture(scope="module")
def with_a_twin(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return a set whose test photo gnu.jpg also lay in training, as fox.jpg."""
    folder = write_folder(tmp_path_factory.mktemp("twin") / "withsense")
    twin = folder / "train_images" / "fox.jpg"
    (folder / "test_images" / "gnu.jpg").write_bytes(twin.read_bytes())
    with pytest.warns(UserWarning, match="left out"):
        return load_dataset(folder)


TEXTS = ("A toddler by a pond .", "A young lady walks .", "A dog by a pond .")


@pytest.mark.filterwarnings(
    "ignore::withsense_tf.errors.DataWarning"
)  # of what people decided and nobody has
@pytest.mark.parametrize("seed", range(60))
@pytest.mark.slow
def test_data_set_and_index_give_one_verdict_whatever_the_settings(with_a_twin: Dataset, seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = with_a_twin.captions
    told = told.assign(text=rng.choice(TEXTS, len(told), p=[0.2, 0.1, 0.7]))[rng.random(len(told)) < 0.6]
    data = replace(with_a_twin, _tables={**with_a_twin._tables, "captions": told.reset_index(drop=True)})
    decided = dict(
        zip(
            rng.permutation(["fox.jpg", "gnu.jpg", "ant.jpg"])[: seed % 3],
            rng.permutation(OVERRIDES),
            strict=False,
        )
    )
    ownership = Ownership(
        min_votes=int(rng.integers(1, 4)),
        uncaptioned=str(rng.choice(UNCAPTIONED)),
        duplicates=bool(rng.integers(2)),
        overrides={
            str(name): Override(str(name), str(word), "Ann", "I know") for name, word in decided.items()
        },
    )
    if rng.integers(2):
        # A judge who says of each photo what its name makes him, and of some nothing.
        chances = rng.choice([0.05, 0.2, 0.45, 0.7, np.nan], 26)
        ownership = replace(
            ownership, photo_judge=lambda paths: chances[[ord(path.name[0]) % 26 for path in paths]]
        )
    judge, sure = str(rng.choice(JUDGE)), float(rng.choice([0.3, 0.6]))
    countries = Countries((*COUNTRIES.rules, CountryRule("EE", "children", judge=judge, judge_sure=sure)))
    policy = replace(LAW, countries=countries, ownership=ownership, review=str(rng.choice(REVIEW)))
    gate = policy.gate(data, str(rng.choice(["BB", "EE", "DE"])))
    decisions = judge_items(policy, items_of(data))[gate.level.key]
    if ownership.duplicates:
        spread(decisions, {photo: data.groups[photo] for photo in decisions})
    for photo, decision in decisions.items():
        assert decision == gate.decisions[photo]


def rule_file(word: str) -> str:
    return (
        f'script = "latin"\n[words]\nCHILD = "{word}"\n[[rule]]\nname = "x"\ndecision = "block"\n'
        f'patterns = ["[CHILD]"]\nreason = "a child"\nyes = ["{word}"]\n'
    )


def test_who_has_older_rules_than_the_index_is_told_to_restart_and_not_to_judge(
    matcher: Matcher, store: VectorStore, tmp_path: Path
) -> None:
    languages = tmp_path / "languages"
    languages.mkdir()
    (languages / "fi.toml").write_text(rule_file("lapsi"), encoding="utf-8")
    files = LawFiles(languages=languages)
    server = Policy.of_files(files)
    index = new_index(tmp_path / "index", matcher, items_of_looks(tmp_path / "photos", 2), store, server)

    def refusal() -> str:
        with index.catalog.reading() as tables, pytest.raises(DataError) as error:
            IndexDoor(server, tables)
        return str(error.value)

    (languages / "fi.toml").write_text(rule_file("lapset"), encoding="utf-8")
    judge_anew(index, Policy.of_files(files))
    assert "restart the server" in refusal()
    assert "index judge" not in refusal()
    (languages / "fi.toml").write_text(rule_file("vauva"), encoding="utf-8")
    assert "restart the server, and let the index judge" in refusal()
    # What the index was judged with and this server lacks is told, too.
    overrides = tmp_path / "overrides.csv"
    overrides.write_text("photo,digest,decision,by,reason\n", encoding="utf-8")
    judge_anew(index, Policy.of_files(replace(files, overrides=overrides)))
    (languages / "fi.toml").write_text(rule_file("lapsi") + "\n", encoding="utf-8")
    assert f"--overrides {overrides}" in refusal()


def test_an_index_of_older_rules_than_ours_is_to_be_judged(
    matcher: Matcher, store: VectorStore, tmp_path: Path
) -> None:
    index = new_index(tmp_path / "index", matcher, items_of_looks(tmp_path / "photos", 2), store, LAW)
    with index.catalog.reading() as tables, pytest.raises(DataError, match="index judge") as error:
        IndexDoor(law(min_votes=2), tables)
    assert "restart" not in str(error.value)


def test_a_permission_that_is_given_within_an_answer_counts_for_the_next_one(
    fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path
) -> None:
    photo = item_of(looks, "a.png", 1, texts=["A toddler by a wall ."])
    policy = replace(LAW, consents=ConsentRegister(tmp_path / "consents.jsonl"))
    index = new_index(tmp_path / "index", fitted("closed form"), [photo], store, policy)
    with index.catalog.reading() as tables:
        before = IndexDoor(policy, tables, "BB")
        assert before.permitted_digests == frozenset()
        policy.consents.grant("a.png", "Mum", ["show", "search"], ["BB"], digest=photo.digest)
        after = IndexDoor(policy, tables, "BB")
        assert (before.photo("a.png"), after.photo("a.png")) == (False, True)
        assert after.permitted_digests == {photo.digest}
    index.close()
