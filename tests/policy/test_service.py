"""One way to the law of the service: options and variables name files, and what is named and not there is an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from withsense_tf.__main__ import app
from withsense_tf.data.dataset import Dataset
from withsense_tf.errors import DataWarning, SettingError, WithSenseError
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles

pytestmark = pytest.mark.closed
HEAD = "photo,digest,decision,by,reason\n"
RESTRICTED = HEAD + "ant.jpg,,restrict,A,a child\n"
FINNISH = """script = "latin"
[words]
CHILD = "lapsi vauva"
[[rule]]
name = "lapsi"
decision = "block"
patterns = ["[CHILD]"]
reason = "a Finnish word that names a child"
yes = ["Vauva nukkuu."]
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COUNTRIES", "OVERRIDES", "CONSENTS", "AUDIT", "LANGUAGES"):
        monkeypatch.delenv(f"WITHSENSE_{name}", raising=False)


@pytest.fixture
def languages(tmp_path: Path) -> Path:
    folder = tmp_path / "languages"
    folder.mkdir()
    (folder / "fi.toml").write_text(FINNISH, encoding="utf-8")
    return folder


def written(file: Path, text: str, at: int | None = None) -> Path:
    file.write_text(text)
    if at is not None:
        os.utime(file, ns=(at, at))
    return file


def test_the_environment_names_the_law_and_an_option_wins(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_OVERRIDES", str(written(tmp_path / "env.csv", RESTRICTED)))
    assert not Policy.of_service().gate(tiny).photo("ant.jpg")
    assert Policy.default().gate(tiny).photo("ant.jpg")
    option = written(tmp_path / "option.csv", HEAD)
    assert Policy.of_files(LawFiles.of_service(overrides=option)).gate(tiny).photo("ant.jpg")


@pytest.mark.parametrize("name", ["countries", "overrides", "consents", "audit", "languages"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_variable_that_is_empty_is_an_error_not_the_packages_law(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"WITHSENSE_{name.upper()}", value)
    with pytest.raises(SettingError, match=f"WITHSENSE_{name.upper()} is set and empty"):
        Policy.of_service()


@pytest.mark.parametrize("name", ["countries", "overrides"])
def test_a_file_that_is_named_and_not_there_or_no_file_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (tmp_path / "none", tmp_path):
        monkeypatch.setenv(f"WITHSENSE_{name.upper()}", str(place))
        with pytest.raises(SettingError, match=f"WITHSENSE_{name.upper()}=.*nothing may be shown"):
            Policy.of_service()
        with pytest.raises(SettingError, match=f"--{name} .*nothing may be shown"):
            LawFiles.of_service(**{name: place})
        with pytest.raises(WithSenseError, match="nothing may be shown"):
            Policy.default(**{name: place})


def test_who_has_no_table_of_overrides_yet_is_told_what_it_begins_with(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="one line is enough") as error:
        LawFiles.of_service(overrides=tmp_path / "overrides.csv")
    line = str(error.value).rpartition(": ")[2]
    (tmp_path / "overrides.csv").write_text(f"{line}\n", encoding="utf-8")
    assert LawFiles.of_service(overrides=tmp_path / "overrides.csv").current_overrides() == {}


@pytest.mark.filterwarnings("error")
def test_a_register_that_is_not_there_yet_permits_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_CONSENTS", str(tmp_path / "none.jsonl"))
    policy = Policy.of_service()
    assert policy.consents is not None
    assert not policy.consents.consents()
    monkeypatch.setenv("WITHSENSE_CONSENTS", str(tmp_path))
    with pytest.raises(SettingError, match="WITHSENSE_CONSENTS"):
        Policy.of_service()


def test_a_register_in_a_folder_that_is_not_there_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_CONSENTS", str(tmp_path / "none" / "none.jsonl"))
    with pytest.warns(DataWarning, match="no permission holds"):
        Policy.of_service()


def test_how_many_captions_must_speak_is_told_by_option_or_else_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Policy.of_service().ownership.min_votes == 1
    monkeypatch.setenv("WITHSENSE_MIN_VOTES", "2")
    files = LawFiles.of_service()
    assert Policy.of_files(files).ownership.min_votes == 2
    assert files.summary().endswith("min_votes: 2")
    assert LawFiles.of_service(min_votes=3).min_votes == 3
    assert Policy.of_files(files).version != Policy.of_files(LawFiles.of_service(min_votes=1)).version


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "two", "²"])
def test_a_number_of_captions_that_is_none_is_an_error(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHSENSE_MIN_VOTES", value)
    with pytest.raises(SettingError, match=r"WITHSENSE_MIN_VOTES=.*from 1 up"):
        LawFiles.of_service()


def test_a_photo_of_which_one_caption_speaks_is_restricted_unless_two_must(folder: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    runner = CliRunner()
    for votes, shown in (("1", True), ("2", False)):
        done = runner.invoke(app, ["policy", "photos", str(folder), "--min-votes", votes])
        assert done.exit_code == 0, done.output
        assert ("bee.jpg" in done.output) == shown


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (
            lambda folder: (folder / "fi.toml").write_text("script = "),
            "fi.toml cannot be read as a TOML rule file",
        ),
        (lambda folder: (folder / "fi.toml").write_text('script = "latin"\n'), r"at least one \[\[rule\]\]"),
        (lambda folder: (folder / "fi.toml").unlink(), "holds no rule file, so nothing may be shown"),
        (lambda folder: (folder / "se.txt").write_text("x"), "holds se.txt, which is no rule file"),
        (lambda folder: (folder / "se.toml").mkdir(), "se.toml cannot be read"),
        (
            lambda folder: (folder / "fi.toml").rename(folder.parent / "x") and folder.rmdir(),
            "there is no such folder",
        ),
    ],
)
def test_a_language_that_cannot_be_read_is_an_error_and_not_left_out(
    languages: Path, break_it: Callable[[Path], None], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WITHSENSE_LANGUAGES", str(languages))
    Policy.of_service()
    break_it(languages)
    with pytest.raises(WithSenseError, match=expected):
        Policy.of_service()


def test_a_language_is_told_with_its_content_and_changes_the_version_of_the_law(languages: Path) -> None:
    before = LawFiles.of_service(languages=languages)
    lines, version = before.summary(), Policy.of_files(before).version
    assert "languages: fi.toml (SHA-256 " in lines
    assert "languages" not in LawFiles.of_service().summary()
    assert version != Policy.default().version
    (languages / "fi.toml").write_text(FINNISH + "# more\n", encoding="utf-8")
    assert before.summary() != lines
    assert Policy.of_files(before).version != version


def test_a_command_reads_the_languages_that_an_option_names(languages: Path) -> None:
    arguments = ["policy", "explain", "Vauva nukkuu."]
    for more, decision in (([], "allow"), (["--languages", str(languages)], "block")):
        result = CliRunner().invoke(app, [*arguments, *more])
        assert result.exit_code == 0, result.output
        assert result.output.startswith(decision)


def test_what_only_the_own_tables_may_read_is_told_with_their_names(languages: Path) -> None:
    result = CliRunner().invoke(
        app, ["policy", "explain", "Koira juoksee rannalla tänään.", "--languages", str(languages)]
    )
    assert "hardly read, but for what your own tables name (" in result.output


@pytest.mark.closed
def test_a_judge_that_a_package_adds_is_named_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    about = tmp_path / "watcher-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: watcher\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[withsense_tf.photo_judges]\nwatcher = watcher:Watcher\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert LawFiles.of_service(photo_judge="watcher").photo_judge == "watcher"
    with pytest.raises(SettingError, match=r"'nobody' is not there.*or watcher, which is installed"):
        LawFiles.of_service(photo_judge="nobody")


def test_files_are_the_same_by_their_options(tmp_path: Path) -> None:
    files = LawFiles(tmp_path / "c.toml", tmp_path / "o.csv", min_votes=2, photo_judge="judges:Judge")
    assert LawFiles.of_options(files.options()) == files
    assert LawFiles.of_options({}) == LawFiles()
