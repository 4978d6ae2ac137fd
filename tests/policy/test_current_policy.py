"""A policy keeps to its files as they are now."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import DataError
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.photo_decisions import Ownership

pytestmark = pytest.mark.closed
HEAD = "photo,digest,decision,by,reason\n"
RESTRICTED = HEAD + "ant.jpg,,restrict,A,a child\n"


def written(file: Path, text: str, at: int | None = None) -> Path:
    file.write_text(text)
    if at is not None:
        os.utime(file, ns=(at, at))
    return file


@pytest.mark.parametrize("age", [0, 3600 * 10**9])
def test_overrides_that_change_within_a_tick_and_keep_their_size_are_seen(tmp_path: Path, age: int) -> None:
    file = written(tmp_path / "o.csv", RESTRICTED)
    at = file.stat().st_mtime_ns - age
    written(file, RESTRICTED, at)
    policy = Policy.default(overrides=file)
    known = [policy]
    for name in ("bee.jpg", "cat.jpg", "dog.jpg") * 5:
        written(file, RESTRICTED.replace("ant.jpg", name), at)
        now = policy.current()
        assert now.ownership.human_decisions.restricts_name(name)
        assert now.version != known[-1].version
        assert now is policy.current()
        known.append(now)
    written(file, RESTRICTED, at)
    assert policy.current().version == policy.version


def test_countries_that_change_are_seen_and_what_breaks_or_goes_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path / "c.toml", '[[rules]]\ncountry="AQ"\nrule="none"\n')
    policy = Policy.default(countries=file)
    assert policy.current() is policy
    written(file, '[[rules]]\ncountry="BB"\nrule="none"\n', file.stat().st_mtime_ns)
    assert policy.current().countries.rule("AQ").rule == "children"
    written(file, "[[rules]]\n")
    for _ in range(2):
        with pytest.raises(DataError, match="expected at least country and rule"):
            policy.current()
    file.unlink()
    with pytest.raises(DataError, match="nothing may be shown"):
        policy.current()


def test_what_was_put_in_place_of_a_files_decisions_stays(tmp_path: Path) -> None:
    file = written(tmp_path / "o.csv", RESTRICTED)
    policy = Policy.default(overrides=file)
    more = {
        **(policy.ownership.overrides or {}),
        "x": next(iter((policy.ownership.overrides or {}).values())),
    }
    own = replace(policy, ownership=Ownership(min_votes=2, overrides=more))
    assert own.current() is own
    written(file, HEAD)
    assert own.current().ownership.overrides == more
    assert own.current().ownership.min_votes == 2
    assert policy.current().ownership.overrides == {}


def test_a_gate_that_is_made_after_a_change_keeps_the_changed_law(tiny: Dataset, tmp_path: Path) -> None:
    file = written(tmp_path / "o.csv", HEAD)
    policy = Policy.default(overrides=file)
    assert policy.gate(tiny).photo("ant.jpg")
    written(file, RESTRICTED)
    assert not policy.gate(tiny).photo("ant.jpg")


def test_files_of_the_law_may_be_named_by_texts(tmp_path: Path) -> None:
    file = written(tmp_path / "c.toml", '[[rules]]\ncountry="AQ"\nrule="none"\n')
    names = {"countries": str(file), "overrides": str(written(tmp_path / "o.csv", RESTRICTED))}
    policy = Policy.default(**names, audit=str(tmp_path / "audit.jsonl"))
    assert policy.countries.rule("AQ").rule == "none"
    assert policy.version == Policy.default(**{name: Path(one) for name, one in names.items()}).version
    with pytest.raises(DataError, match=r"nope\.toml cannot be read"):
        Policy.default(countries="nope.toml")
