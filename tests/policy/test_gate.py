from __future__ import annotations

import itertools
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import collage_of, scene

from withsense_tf.data.dataset import Dataset
from withsense_tf.data.folder.load import load_dataset
from withsense_tf.errors import DataError, DataWarning, SettingError
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import NOTICE, Countries, CountryRule
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.gate import Gate
from withsense_tf.policy.overrides import Override, load_overrides
from withsense_tf.policy.photo_decisions import (
    UNREAD,
    Evidence,
    Ownership,
    PhotoDecision,
    spread,
    spread_to_wholes,
)

DAY = date(2026, 11, 20)
COUNTRIES = Countries(
    (CountryRule("RU", "children", 16), CountryRule("AQ", "none"), CountryRule("BB", "children", 18))
)


@pytest.fixture
def data(folder: Path) -> Dataset:
    """Return a set in which bee.jpg and hen.jpg show a child by their own captions, and only by those."""
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    path = folder / "test_queries.csv"
    path.write_text(path.read_text().replace("A hen of kind 1", "A child and a hen"))
    return load_dataset(folder)


def policy(**settings: object) -> Policy:
    return Policy(COUNTRIES, Ownership(**settings))


def is_learned_from(gate: Gate, caption: str) -> bool:
    return caption in set(gate.training()[0].captions["caption"])


def restricted(gate: Gate) -> set[str]:
    return {photo for photo, decision in gate.decisions.items() if decision.restricted}


def test_a_photo_is_restricted_by_its_own_captions_not_by_those_it_was_judged_with(data: Dataset) -> None:
    gate = policy().gate(data, "RU", DAY)
    assert restricted(gate) == {"bee.jpg", "hen.jpg"}
    # Other photos were judged with the toddler's caption: that says nothing of them.
    judged = data.pairs[data.pairs["caption"] == "bee.jpg#2"]["photo"]
    assert set(judged) - {"bee.jpg"}
    assert gate.decisions["bee.jpg"].votes == 1
    assert gate.decisions["bee.jpg"].captions == 5
    assert "bee.jpg#2" in gate.decisions["bee.jpg"].evidence[0]


def test_a_decision_covers_the_photo_and_all_its_captions(data: Dataset) -> None:
    gate = policy().gate(data, "RU", DAY)
    assert not gate.photo("bee.jpg")
    assert not any(is_learned_from(gate, f"bee.jpg#{n}") for n in range(5))
    assert gate.photo("ant.jpg")
    assert is_learned_from(gate, "ant.jpg#0")


def test_more_votes_may_be_asked_for_but_never_more_than_there_are_captions(
    data: Dataset, folder: Path
) -> None:
    assert restricted(policy(min_votes=2).gate(data, "RU", DAY)) == set()
    (folder / "captions.csv").unlink()  # one caption a photo remains
    one = load_dataset(folder)
    assert "bee.jpg" in restricted(policy(min_votes=2, uncaptioned="allow").gate(one, "RU", DAY))


def test_a_caption_that_speaks_of_a_child_is_kept_back_even_where_its_photo_is_not(data: Dataset) -> None:
    gate = policy(min_votes=2).gate(data, "RU", DAY)
    assert gate.photo("bee.jpg")
    assert not is_learned_from(gate, "bee.jpg#2")
    assert is_learned_from(gate, "bee.jpg#1")


def test_photos_without_captions_are_restricted_unless_set_otherwise(data: Dataset, folder: Path) -> None:
    (folder / "test_queries.csv").unlink()
    with pytest.warns(UserWarning, match="left out"):
        bare = load_dataset(folder)
    assert {"gnu.jpg", "hen.jpg"} <= restricted(policy().gate(bare, "RU", DAY))
    assert not {"gnu.jpg", "hen.jpg"} & restricted(policy(uncaptioned="allow").gate(bare, "RU", DAY))


def test_a_classifier_may_judge_photos_without_captions_and_no_answer_restricts(
    data: Dataset, folder: Path
) -> None:
    (folder / "test_queries.csv").unlink()
    with pytest.warns(UserWarning, match="left out"):
        bare = load_dataset(folder)
    asked: list[str] = []

    def judge(paths: list[Path]) -> np.ndarray:
        asked.extend(path.name for path in paths)
        chances = {"gnu.jpg": 0.05, "hen.jpg": np.nan, "ant.jpg": 0.7, "cat.jpg": 0.4}
        return np.array([chances.get(path.name, 0.0) for path in paths])

    gate = policy(photo_judge=judge).gate(bare, "RU", DAY)
    assert "gnu.jpg" not in restricted(gate)
    assert {"gnu.jpg", "hen.jpg"} < set(asked)
    assert "bee.jpg" not in asked  # its captions restrict it
    assert "hen.jpg" in restricted(gate)
    assert "cat.jpg" not in restricted(gate)  # its captions speak of no child, and .4 is not sure
    ant = gate.decisions["ant.jpg"]
    assert (ant.restricted, ant.source, ant.evidence) == (True, "classifier", ("child: 0.70",))


def test_near_duplicates_of_a_restricted_photo_are_restricted(data: Dataset, folder: Path) -> None:
    shutil.copy(folder / "train_images/bee.jpg", folder / "train_images/fox.jpg")
    twins = load_dataset(folder)
    decision = policy().gate(twins, "RU", DAY).decisions["fox.jpg"]
    assert decision.restricted
    assert decision.source == "duplicate of bee.jpg"
    assert "fox.jpg" not in restricted(policy(duplicates=False).gate(twins, "RU", DAY))


@pytest.mark.closed
def test_a_collage_is_restricted_by_the_photo_that_it_shows_and_restricts_none(
    data: Dataset, folder: Path
) -> None:
    for name, seed in (("bee.jpg", 0), ("cat.jpg", 1)):
        scene(seed).save(folder / "train_images" / name)
    collage_of([scene(1), scene(0).crop((30, 20, 310, 230)).resize((320, 240))]).save(
        folder / "train_images/fox.jpg"
    )
    collage_of([scene(1), scene(2)]).save(folder / "train_images/yak.jpg")
    whole = load_dataset(folder)
    counts = whole.photos.set_index("photo")["parts"].map(len)
    assert counts[counts > 0].to_dict() == {"fox.jpg": 2, "yak.jpg": 1}
    law = policy(uncaptioned="allow")
    assert {"bee.jpg", "fox.jpg"} <= restricted(law.gate(whole, "RU", DAY))
    assert not {"cat.jpg", "yak.jpg"} & restricted(law.gate(whole, "RU", DAY))
    assert law.gate(whole, "RU", DAY).decisions["fox.jpg"].source == "shows bee.jpg"
    assert "fox.jpg" not in restricted(policy(uncaptioned="allow", duplicates=False).gate(whole, "RU", DAY))
    by_hand = {"fox.jpg": Override("fox.jpg", "allow", "A", "dolls", whole.content["fox.jpg"])}
    assert "fox.jpg" not in restricted(policy(uncaptioned="allow", overrides=by_hand).gate(whole, "RU", DAY))


def test_a_person_can_decide_either_way_and_the_reason_is_kept(data: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "overrides.csv"
    file.write_text(
        f"photo,digest,decision,by,reason\nbee.jpg,{data.content['bee.jpg']},allow,A. Lawyer,an adult in costume\n"
        "ant.jpg,,restrict,B,a child\n"
    )
    gate = policy(overrides=load_overrides(file)).gate(data, "RU", DAY)
    assert restricted(gate) == {"ant.jpg", "hen.jpg"}
    assert gate.decisions["bee.jpg"].evidence[-1] == "A. Lawyer: an adult in costume"
    assert is_learned_from(gate, "bee.jpg#2")  # the decision covers what the captions say
    assert not is_learned_from(gate, "ant.jpg#0")


def test_what_a_person_restricts_spreads_to_copies(data: Dataset, folder: Path) -> None:
    shutil.copy(folder / "train_images/cat.jpg", folder / "train_images/fox.jpg")
    twins = load_dataset(folder)
    overrides = {"cat.jpg": Override("cat.jpg", "restrict", "A", "a child in the back")}
    assert "fox.jpg" in restricted(policy(overrides=overrides).gate(twins, "RU", DAY))


@pytest.mark.parametrize(
    "text",
    [
        "photo,decision\na.jpg,allow\n",
        "photo,decision,by,reason\na.jpg,maybe,B,why\n",
        "photo,decision,by,reason\na.jpg,allow,B,\n",
        "photo,decision,by,reason\na.jpg,allow,B,why\na.jpg,restrict,C,why\n",
    ],
)
def test_overrides_without_all_they_need_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "o.csv").write_text(text)
    with pytest.raises(DataError, match=r"o\.csv:"):
        load_overrides(tmp_path / "o.csv")
    with pytest.raises(DataError, match="cannot be read"):
        load_overrides(tmp_path / "none.csv")


def test_an_override_for_a_name_that_is_not_here_warns(data: Dataset) -> None:
    gate = policy(overrides={"Ant.jpg": Override("Ant.jpg", "restrict", "A", "a child")}).gate(
        data, "RU", DAY
    )
    with pytest.warns(DataWarning, match=r"as Ant\.jpg: is the name right"):
        assert "ant.jpg" not in restricted(gate)


def test_a_decision_covers_the_captions_of_a_photo_that_is_not_here(data: Dataset, folder: Path) -> None:
    path = folder / "caption_corpus.csv"
    path.write_text("query_id|query_text\nowl.jpg#0|A toddler hoots\nowl.jpg#1|A happy one smiles\n")
    gate = policy().gate(load_dataset(folder), "RU", DAY)
    assert not is_learned_from(gate, "owl.jpg#0")
    assert not is_learned_from(gate, "owl.jpg#1")
    assert not gate.photo("owl.jpg")


def test_a_test_photo_is_restricted_by_the_captions_of_the_same_file_in_training(
    data: Dataset, folder: Path
) -> None:
    shutil.copy(folder / "train_images/bee.jpg", folder / "test_images/gnu.jpg")
    with pytest.warns(DataWarning, match="left out"):
        twins = load_dataset(folder)
    gate = policy(duplicates=False).gate(twins, "RU", DAY)
    assert not gate.photo("gnu.jpg")
    assert gate.decisions["gnu.jpg"].source == "texts"
    assert gate.decisions["gnu.jpg"].evidence[0].startswith("bee.jpg#2: ")


def test_a_second_text_that_was_left_out_counts_all_the_same(data: Dataset, folder: Path) -> None:
    with (folder / "captions.csv").open("a") as stream:
        stream.write("ant.jpg,ant.jpg#0,A toddler on an ant hill\n")
    with pytest.warns(DataWarning, match="left out"):
        twice = load_dataset(folder)
    gate = policy().gate(twice, "RU", DAY)
    assert not gate.photo("ant.jpg")
    assert not is_learned_from(gate, "ant.jpg#0")


@pytest.mark.parametrize(
    "caption", ["ant.jpg#", "ant.jpg#x", "ant.jpg#01", "ant.jpg", "#1", "?", ".ant#1", "toddler.jpg#y"]
)
def test_a_text_whose_caption_id_is_damaged_counts_for_its_photo(folder: Path, caption: str) -> None:
    with (folder / "captions.csv").open("a") as stream:
        stream.write(f"ant.jpg,{caption},A toddler on an ant hill\n")
    with pytest.warns(DataWarning, match="left out"):
        damaged = load_dataset(folder)
    assert caption not in set(damaged.captions["caption"])
    assert not policy().gate(damaged, "RU", DAY).photo("ant.jpg")


def test_a_damaged_id_beside_another_photo_that_was_judged_says_nothing_of_that_photo(folder: Path) -> None:
    with (folder / "train_dataset.csv").open("a") as stream:
        stream.write("ant.jpg,bee.jpg#x,A toddler on an ant hill\n")
    with pytest.warns(DataWarning, match="left out"):
        gate = policy().gate(load_dataset(folder), "RU", DAY)
    assert (gate.photo("ant.jpg"), gate.photo("bee.jpg")) == (True, False)


def test_a_gate_keeps_the_law_of_the_day_even_where_it_was_made_before(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = (CountryRule("AQ", "none", until=DAY), CountryRule("AQ", "children", since=date(2026, 11, 21)))
    gate = Policy(Countries(rules)).gate(data, "AQ")
    today = {"day": DAY}

    class Clock:
        @staticmethod
        def now(zone: object) -> datetime:
            return datetime(today["day"].year, today["day"].month, today["day"].day, tzinfo=UTC)

    monkeypatch.setattr("withsense_tf.policy.countries.datetime", Clock)
    assert gate.photo("bee.jpg")
    assert gate.query("a child").allowed
    today["day"] = date(2026, 11, 21)
    assert not gate.photo("bee.jpg")
    assert not gate.query("a child").allowed


def test_the_notice_stands_where_a_restricted_photo_would_have_stood(data: Dataset) -> None:
    shown = policy().gate(data, "RU", DAY).results(["ant.jpg", "bee.jpg", "cat.jpg", "nobody.jpg"])
    assert [one.photo for one in shown] == ["ant.jpg", None, "cat.jpg", None]
    assert [one.notice for one in shown] == [None, NOTICE, None, NOTICE]


def test_a_query_for_children_gets_the_notice(data: Dataset) -> None:
    gate = policy().gate(data, "RU", DAY)
    answer = gate.query("a small child on a swing")
    assert not answer.allowed
    assert answer.notice == NOTICE
    assert gate.query("two dogs run on a beach").allowed
    assert gate.query("two dogs run on a beach").notice is None


def test_a_restricted_or_unknown_photo_is_no_query(data: Dataset) -> None:
    gate = policy().gate(data, "RU", DAY)
    assert gate.photo_query("ant.jpg").allowed
    for photo in ("bee.jpg", "nobody.jpg"):
        assert gate.photo_query(photo).notice == NOTICE


def test_the_age_limit_is_that_of_the_country(data: Dataset) -> None:
    text = "A 17-year-old cyclist wins the race"
    assert policy().gate(data, "RU", DAY).query(text).allowed
    assert not policy().gate(data, "BB", DAY).query(text).allowed
    assert not policy().gate(data, None, DAY).query(text).allowed  # unknown: the strictest
    assert policy().gate(data, "AQ", DAY).query("A child").allowed


def test_what_review_means_is_a_setting(data: Dataset) -> None:
    text = "A girl with a glass of wine at the bar"
    assert Policy(COUNTRIES).texts(16).verdict(text).decision == "review"
    assert not Policy(COUNTRIES).gate(data, "RU", DAY).query(text).allowed
    assert Policy(COUNTRIES, review="allow").gate(data, "RU", DAY).query(text).allowed
    with pytest.raises(SettingError, match="review"):
        Policy(COUNTRIES, review="maybe")


def test_training_data_lose_the_photo_its_captions_and_every_row_with_either(data: Dataset) -> None:
    kept, removed = policy().split(data, "RU")
    assert kept.fingerprint != data.fingerprint
    assert set(data.photos["photo"]) - set(kept.photos["photo"]) == {"bee.jpg", "hen.jpg"}
    for table in (kept.pairs, kept.experts, kept.crowd, kept.captions, kept.queries):
        assert not table["photo"].isin(["bee.jpg", "hen.jpg"]).any()
        assert not table["caption"].str.startswith(("bee.jpg", "hen.jpg")).any()
    assert set(removed["what"]) >= {"photo bee.jpg", "caption bee.jpg#0", "caption bee.jpg#2"}
    assert len(data.photos) == 8  # the data set itself is as it was


def test_a_permission_shows_a_photo_until_it_is_revoked(data: Dataset, tmp_path: Path) -> None:
    consents = ConsentRegister(tmp_path / "consents.jsonl")
    gate = Policy(COUNTRIES, consents=consents).gate(data, "RU", DAY)
    assert not gate.photo("bee.jpg")
    consent = consents.grant(
        "bee.jpg", "A. Parent", ["show"], ["RU"], since=DAY, digest=data.content["bee.jpg"]
    )
    assert gate.photo("bee.jpg")
    assert not is_learned_from(gate, "bee.jpg#2")
    assert not gate.photo("bee.jpg", "train")
    assert not gate.photo_query("bee.jpg").allowed
    consents.revoke(consent.id, "A. Parent", "changed their mind")
    assert not gate.photo("bee.jpg")


def test_every_refusal_is_logged_without_the_query(data: Dataset, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    gate = Policy(COUNTRIES, audit=log).gate(data, "RU", DAY)
    gate.query("a small child on a swing")
    gate.results(["bee.jpg", "ant.jpg"])
    gate.photo_query("bee.jpg")
    entries = [json.loads(line) for line in log.file.read_text().splitlines()]
    assert [entry["place"] for entry in entries] == ["query", "result", "photo query"]
    assert {entry["decision"] for entry in entries} == {"restrict"}
    assert {entry["policy"] for entry in entries} == {gate.policy.version}
    assert "swing" not in log.file.read_text()


def test_another_policy_has_another_version(data: Dataset) -> None:
    versions = {
        policy().version,
        policy(min_votes=2).version,
        policy(overrides={"a": Override("a", "allow", "B", "c")}).version,
        Policy(COUNTRIES, review="allow").version,
        Policy(Countries(())).version,
    }
    assert len(versions) == 5
    assert policy().version == policy().version


TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["a child", "two dogs", "ребёнок", "a 15-year-old", "a girl in a bar"]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    country=st.sampled_from([None, "RU", "AQ", "BB", "ZZ"]),
    text=TEXTS,
    gallery=st.lists(
        st.sampled_from(["ant.jpg", "bee.jpg", "hen.jpg", "fox.jpg", "nobody.jpg", ""]), max_size=8
    ),
    granted=st.lists(
        st.tuples(st.sampled_from(["bee.jpg", "hen.jpg"]), st.sampled_from(["RU", "BB", "*"])), max_size=2
    ),
    allowed=st.sets(st.sampled_from(["bee.jpg", "hen.jpg"])),
    forbidden=st.sets(st.sampled_from(["ant.jpg", "fox.jpg"])),
    number=st.integers(0, 10**9),
)
@pytest.mark.slow
def test_no_restricted_photo_or_caption_ever_leaves_the_gate(
    data: Dataset,
    tmp_path: Path,
    country: str | None,
    text: str,
    gallery: list[str],
    granted: list[tuple[str, str]],
    allowed: set[str],
    forbidden: set[str],
    number: int,
) -> None:
    consents = ConsentRegister(tmp_path / f"{number}.jsonl")
    consents.file.unlink(missing_ok=True)
    for photo, there in granted:
        consents.grant(photo, "A. Parent", ["show"], [there], since=DAY, digest=data.content[photo])
    overrides = {photo: Override(photo, "allow", "A", "adult", data.content[photo]) for photo in allowed}
    overrides |= {photo: Override(photo, "restrict", "A", "child") for photo in forbidden}
    kept = Policy(COUNTRIES, Ownership(overrides=overrides, duplicates=False), consents)
    gate = kept.gate(data, country, DAY)
    # Worked out apart from the gate: who shows a child, and who may be shown all the same.
    children = ({"bee.jpg", "hen.jpg"} - allowed) | forbidden
    if country == "AQ":
        children = set()
    permitted = {photo for photo, there in granted if there in ("*", country)}
    unknown = {"nobody.jpg", ""}
    for asked, shown in zip(gallery, gate.results(gallery), strict=True):
        may = asked not in unknown and (asked not in children or asked in permitted)
        assert shown.photo == (asked if may else None)
        assert shown.notice == (None if may else NOTICE)
    assert not any(gate.photo(photo, "search") for photo in (children | unknown) - permitted)
    trained, _ = gate.training()
    learned = set(trained.captions["caption"])
    for photo, number_of in itertools.product(children, range(5)):
        assert f"{photo}#{number_of}" not in learned or photo in permitted
    assert not set(trained.photos["photo"]) & children
    assert not trained.captions["photo"].isin(children).any()
    answer = gate.query(text)
    verdict = kept.texts(gate.rule.age_limit).verdict(text)
    assert answer.allowed == (country == "AQ" or verdict.decision == "allow")
    assert (answer.notice is None) == answer.allowed


KINDS = ("speaks", "unreadable", "by_hand", "seen", "bare", "plain", "allowed", "changed")
EVIDENCE = ("speaks", "unreadable", "by_hand", "seen", "changed")
SOURCES = {"speaks": "captions", "unreadable": UNREAD, "by_hand": "override by Ann", "seen": "classifier"}


@settings(max_examples=200)
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8),
    number=st.integers(0, 10**9),
)
def test_a_copy_of_what_is_restricted_for_what_is_known_never_leaves_whatever_others_lack_captions(
    kinds: list[str], number: int
) -> None:
    rng = np.random.default_rng(number)
    names = [f"{at}.jpg" for at in rng.permutation(len(kinds))]
    labels = {name: str(rng.integers(3)) for name in names}
    wholes = {name: {str(rng.integers(3))} for name in names if rng.random() < 0.3}
    kind_of = dict(zip(names, kinds, strict=True))
    decisions = {
        name: PhotoDecision(
            name, kind not in ("plain", "allowed"), SOURCES.get(kind, "no captions" if kind == "bare" else kind),
            0, 0, (), by_hand=kind in ("by_hand", "allowed"),
        )
        for name, kind in kind_of.items()
    }  # fmt: skip
    own = {name for name, one in decisions.items() if one.restricted}
    spread(decisions, labels)
    spread_to_wholes(decisions, labels, wholes)
    # Worked out apart: groups with evidence, and those that show such a group.
    guarded = {labels[name] for name, kind in kind_of.items() if kind in EVIDENCE}
    for _ in names:
        guarded |= {
            labels[name] for name, some in wholes.items() if some & guarded and kind_of[name] != "allowed"
        }
    expected = own | {name for name in names if labels[name] in guarded and kind_of[name] != "allowed"}
    assert {name for name, one in decisions.items() if one.restricted} == expected


def test_a_copy_without_captions_is_withheld_alone(data: Dataset, folder: Path) -> None:
    shutil.copy(folder / "train_images/cat.jpg", folder / "train_images/new.jpg")
    gate = policy().gate(load_dataset(folder), "RU", DAY)
    assert not {"cat.jpg"} & restricted(gate)
    shutil.copy(folder / "train_images/bee.jpg", folder / "train_images/new.jpg")
    gate = policy().gate(load_dataset(folder), "RU", DAY)
    assert {"bee.jpg", "new.jpg"} <= restricted(gate)


def test_a_photo_without_captions_that_was_restricted_under_another_name_restricts_its_copies() -> None:
    by_hand = {"old.jpg": Override("old.jpg", "restrict", "Ann", "a child in the back")}
    evidence = [Evidence("a.jpg", twins=("old.jpg",))]
    assert Ownership(overrides=by_hand).own(evidence)["a.jpg"].restricts_copies
    assert not Ownership().own(evidence)["a.jpg"].restricts_copies
