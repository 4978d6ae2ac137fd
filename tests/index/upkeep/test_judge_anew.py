"""What a person decided while a search runs holds at its next question, or nothing is answered."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from small_index import item_of, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.errors import DataError, DataWarning, SettingError
from withsense_tf.index.integrity.table_errors import JUDGED_WITH
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.countries import NOTICE
from withsense_tf.policy.current_policy import Policy
from withsense_tf.search.search import Search

pytestmark = pytest.mark.closed
HEAD = "photo,digest,decision,by,reason\n"


@pytest.fixture
def overrides(tmp_path: Path) -> Path:
    file = tmp_path / "o.csv"
    file.write_text(f"{HEAD}003.png,,restrict,Ann,a child\n")
    return file


@pytest.fixture
def policy(overrides: Path, tmp_path: Path) -> Policy:
    countries = tmp_path / "c.toml"
    countries.write_text('[[rules]]\ncountry="BB"\nrule="children"\n')
    return Policy.default(countries, overrides, tmp_path / "consents.jsonl")


@pytest.fixture
def index(matcher: Matcher, looks: Path, store: VectorStore, tmp_path: Path, policy: Policy) -> PhotoIndex:
    return new_index(tmp_path / "index", matcher, items_of_looks(looks, 4), store, policy)


def test_a_running_search_sees_that_overrides_changed_even_within_a_tick_and_in_size(
    index: PhotoIndex, overrides: Path, policy: Policy
) -> None:
    search = Search(index, policy=policy, country="BB")
    assert search(photo="003.png", minimum=0.0).notice == NOTICE
    at = overrides.stat().st_mtime_ns
    overrides.write_text(f"{HEAD}002.png,,restrict,Ann,a child\n")
    os.utime(overrides, ns=(at, at))
    with pytest.raises(DataError, match="index judge"):
        search("a wall", minimum=0.0)
    assert judge_anew(index, policy, lift=True)
    # The search that ran all the time keeps the law of now.
    assert search(photo="002.png", minimum=0.0).notice == NOTICE
    assert search(photo="003.png", minimum=0.0).notice is None


@pytest.mark.parametrize("broken", ["", "photo;digest\n", None])
def test_overrides_that_break_while_a_search_runs_end_its_answers(
    index: PhotoIndex, overrides: Path, policy: Policy, broken: str | None
) -> None:
    search = Search(index, policy=policy, country="BB")
    overrides.unlink() if broken is None else overrides.write_text(broken)
    for _ in range(2):
        with pytest.raises(DataError, match=r"o\.csv"):
            search("a wall", minimum=0.0)


def test_countries_that_change_while_a_search_runs_are_seen(index: PhotoIndex, policy: Policy) -> None:
    search = Search(index, policy=policy, country="BB")
    assert policy.files is not None
    assert policy.files.countries is not None
    policy.files.countries.write_text('[[rules]]\ncountry="BB"\nrule="none"\n')
    with pytest.raises(DataError, match="index judge"):
        search("a wall", minimum=0.0)


def test_who_brings_an_index_up_to_date_by_a_law_read_long_ago_does_so_by_that_of_now(
    index: PhotoIndex, overrides: Path, policy: Policy
) -> None:
    overrides.write_text(f"{HEAD}002.png,,restrict,Ann,a child\n")
    ingest(index, [], policy, lift=True)
    assert Search(index, policy=policy, country="BB")(photo="002.png", minimum=0.0).notice == NOTICE


def test_a_restriction_holds_for_its_content_under_any_name_and_for_a_file_from_outside(
    index: PhotoIndex, overrides: Path, policy: Policy, looks: Path, tmp_path: Path
) -> None:
    child = item_of(looks, "new name.png", 30)
    overrides.write_text(f"{HEAD}gone.png,{child.digest},restrict,Ann,a child\n")
    ingest(index, [child], policy, lift=True)
    search = Search(index, policy=policy, country="BB")
    assert search(photo="new name.png", minimum=0.0).notice == NOTICE
    ingest(index, [], policy, remove=["new name.png"])
    lenient = replace(policy, ownership=replace(policy.ownership, uncaptioned="allow"))
    judge_anew(index, lenient, lift=True)
    assert Search(index, policy=lenient, country="BB")(photo=str(child.path), minimum=0.0).notice == NOTICE


def test_a_permission_is_for_the_content_that_is_in_the_index(
    index: PhotoIndex, policy: Policy, looks: Path
) -> None:
    search, register = Search(index, policy=policy, country="BB"), policy.consents
    assert register is not None
    digest = item_of(looks, "003.png", 3).digest
    register.grant("003.png", "Mum", ["show", "search"], ["BB"], digest=digest)
    assert search(photo="003.png", minimum=0.0).notice is None
    ingest(index, [item_of(looks, "003.png", 31)], policy)
    assert search(photo="003.png", minimum=0.0).notice == NOTICE


def test_a_list_that_names_what_no_photo_of_the_index_is_warns(
    index: PhotoIndex, overrides: Path, policy: Policy, looks: Path
) -> None:
    overrides.write_text(f"{HEAD}3.png,,restrict,Ann,a child\n")
    with pytest.warns(DataWarning, match=r"as 3\.png: is the name right"):
        ingest(index, items_of_looks(looks, 4), policy, others="remove", lift=True)


def test_a_search_without_a_policy_keeps_the_law_of_the_service(
    index: PhotoIndex, overrides: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policy.files is not None
    monkeypatch.setenv("WITHSENSE_OVERRIDES", str(overrides))
    monkeypatch.setenv("WITHSENSE_COUNTRIES", str(policy.files.countries))
    assert Search(index, country="BB")(photo="003.png", minimum=0.0).notice == NOTICE
    monkeypatch.setenv("WITHSENSE_OVERRIDES", "/nowhere")
    with pytest.raises(SettingError, match="WITHSENSE_OVERRIDES"):
        Search(index)


def test_an_index_that_is_judged_by_files_of_another_place_knows_these_from_then_on(
    index: PhotoIndex, policy: Policy, overrides: Path, tmp_path: Path
) -> None:
    def noted() -> str:
        with index.catalog.reading() as tables:
            return str(get_state(tables, JUDGED_WITH)["--overrides"])

    assert policy.files is not None
    assert not judge_anew(index, policy, by_less=True)
    elsewhere = overrides.rename(tmp_path / "restored.csv")
    moved = Policy.of_files(replace(policy.files, overrides=elsewhere))
    # What only brings photos says nothing of that.
    assert not judge_anew(index, moved)
    assert noted() == str(overrides)
    assert not judge_anew(index, moved, by_less=True)
    assert noted() == str(elsewhere)
