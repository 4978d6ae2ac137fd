from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.app.settings import VARIABLE, AppSettings
from withsense_tf.errors import SettingError
from withsense_tf.policy.service import LawFiles


def test_workers_read_from_the_environment_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    law = LawFiles(countries=Path("/law/countries.toml"), min_votes=2)
    settings = AppSettings(
        Path("/index"), keys=Path("/keys.json"), host_names=("photos",), country="de", law=law
    )
    monkeypatch.setenv(VARIABLE, "")
    settings.to_environment()
    assert AppSettings.from_environment() == settings


def test_an_environment_without_settings_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, '{"law": 1}')
    with pytest.raises(SettingError, match="holds no settings"):
        AppSettings.from_environment()
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(SettingError, match="is not set"):
        AppSettings.from_environment()


@pytest.mark.closed
@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "photos.example.org", "127.0.0.1.example.org"]
)
def test_others_are_not_let_in_without_keys(host: str) -> None:
    with pytest.raises(SettingError, match="keys create"):
        AppSettings(Path("i"), host=host).check_open_to_others()
    AppSettings(Path("i"), host=host, keys=Path("keys.json")).check_open_to_others()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_this_machine_needs_no_key(host: str) -> None:
    AppSettings(Path("i"), host=host).check_open_to_others()


def test_a_number_below_one_is_refused() -> None:
    with pytest.raises(SettingError, match="workers must be"):
        AppSettings(Path("i"), workers=0)
    with pytest.raises(SettingError, match="no limit"):
        AppSettings(Path("i"), rate=-1)


def test_settings_tell_whether_only_who_started_the_server_may_ask() -> None:
    assert AppSettings(Path("/index")).for_one_person
    for more in ({"keys": Path("/keys.json")}, {"host_names": ("photos",)}, {"host": "0.0.0.0"}):
        assert not AppSettings(Path("/index"), **more).for_one_person


def test_a_server_has_no_country_that_does_not_exist() -> None:
    with pytest.raises(SettingError, match="did you mean GB"):
        AppSettings(Path("i"), country="UK")
