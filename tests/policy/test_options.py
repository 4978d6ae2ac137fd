from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.policy.options import HELP, keeps_law
from withsense_tf.policy.service import FILES, LawFiles


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*FILES, "min_votes"):
        monkeypatch.delenv(f"WITHSENSE_{name.upper()}", raising=False)


def test_every_file_of_the_law_has_an_option() -> None:
    assert tuple(HELP) == FILES


def test_a_command_gets_the_options_and_is_handed_the_law(tmp_path: Path) -> None:
    calls: list[tuple[str, LawFiles]] = []

    @keeps_law
    def command(word: str, *, law: LawFiles) -> None:
        calls.append((word, law))

    names = list(inspect.signature(command).parameters)
    assert names == ["word", *FILES, "min_votes", "photo_judge"]
    nothing: dict[str, object] = dict.fromkeys((*FILES, "min_votes", "photo_judge"))
    file = tmp_path / "o.csv"
    file.write_text("photo,decision,by,reason\n")
    command(word="x", **{**nothing, "overrides": file, "min_votes": 2})
    assert calls == [("x", LawFiles(overrides=file, min_votes=2))]
    with pytest.raises(SettingError, match="--overrides"):
        command(word="x", **{**nothing, "overrides": tmp_path / "none"})
    assert len(calls) == 1


def test_a_command_is_handed_no_country_that_does_not_exist() -> None:
    countries: list[str | None] = []

    @keeps_law
    def command(country: str | None = None, *, law: LawFiles) -> None:
        countries.append(country)

    nothing: dict[str, object] = dict.fromkeys((*FILES, "min_votes", "photo_judge"))
    for country, advice in (
        ("XX", "no country's code"),
        ("UK", "did you mean GB"),
        ("Russia", "two letters"),
    ):
        with pytest.raises(SettingError, match=advice):
            command(country=country, **nothing)
    command(country="gb", **nothing)
    command(**nothing)
    assert countries == ["GB", None]
