"""Every command that touches photos or texts keeps the law of the service, by the same options and variables."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
import typer
from run_command import finish, law_variables

from withsense_tf.__main__ import app
from withsense_tf.commands.index_options import DEFAULT_INDEX
from withsense_tf.errors import DataWarning, SettingError, WithSenseError
from withsense_tf.experiments import policy_report
from withsense_tf.experiments.compare import run_command as compare
from withsense_tf.experiments.explore import explore as explore
from withsense_tf.experiments.studies import ablations
from withsense_tf.policy.overrides import OVERRIDE_COLUMNS

pytestmark = pytest.mark.closed
HEAD = ",".join(OVERRIDE_COLUMNS) + "\n"
KEEPING = {
    "search": ["a dog"],
    "index build": ["{folder}"],
    "index update": ["{folder}"],
    "index remove": ["a.jpg"],
    "index readmit": ["a.jpg"],
    "index judge": [],
    "policy check": ["{folder}/captions.csv"],
    "policy explain": ["a dog"],
    "policy photos": ["{folder}"],
    "policy queue": ["{folder}"],
    "policy judge-photos": ["{folder}"],
    "policy report": ["--sentences", "{folder}/captions.csv"],
    "compare": ["--data", "{folder}", "--output", "{out}", "--dry-run"],
    "explore": ["--data", "{folder}", "--output", "{out}"],
    "ablations": ["--data", "{folder}", "--output", "{out}"],
    "policy_report": ["--sentences", "{folder}/captions.csv"],
}
every = typer.Typer()
every.registered_commands += app.registered_commands
every.registered_groups += app.registered_groups
experiments = {"compare": compare, "explore": explore, "ablations": ablations, "policy_report": policy_report}
for name, module in experiments.items():
    every.command(name)(module.main)


def invoke(*words: str, code: int = 0, **files: str) -> str:
    return finish(every, *words, code=code, env=law_variables(**files)).stdout


def words_of(command: str, folder: Path, place: Path) -> list[str]:
    return [*command.split(), *(word.format(folder=folder, out=place / "out") for word in KEEPING[command])]


@pytest.fixture(scope="module")
def built(unchanged_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of the unchanged folder."""
    index = tmp_path_factory.mktemp("built") / "index"
    invoke("index", "build", str(unchanged_folder), "--index", str(index), "--matcher", "captions")
    return index


@pytest.mark.parametrize("command", KEEPING)
@pytest.mark.slow
def test_a_law_that_is_named_and_broken_is_never_the_packages_law(
    command: str, unchanged_folder: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words, broken, none = (
        words_of(command, unchanged_folder, tmp_path),
        tmp_path / "broken",
        tmp_path / "none",
    )
    broken.write_text("")
    if command.startswith(("search", "index")):
        # Whatever is wrong with the law is found out before anything is done with an index.
        shutil.copytree(built, tmp_path / DEFAULT_INDEX)
    for name in ("countries", "overrides", "languages"):
        for value in ("", str(none), str(broken)):
            with pytest.raises(WithSenseError, match=f"WITHSENSE_{name.upper()}|{broken}"):
                invoke(*words, **{name: value})
        with pytest.raises(SettingError, match=f"--{name} .*none"):
            invoke(*words, f"--{name}", str(none))


def test_what_a_person_restricted_is_listed_by_option_and_variable(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(HEAD + "ant.jpg,,restrict,Ann,a child in the back\n")
    assert "ant.jpg" not in invoke("policy", "photos", str(folder))
    for said in (
        invoke("policy", "photos", str(folder), overrides=str(file)),
        invoke("policy", "photos", str(folder), "--overrides", str(file)),
    ):
        assert "ant.jpg\toverride by Ann" in said


def test_texts_are_judged_by_the_countries_of_the_service(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[[rules]]\ncountry="RU"\nrule="children"\nage_limit=18\n')
    text = "A 17-year-old cyclist wins the race"
    assert invoke("policy", "explain", text, "--country", "RU").startswith("allow")
    assert invoke("policy", "explain", text, "--country", "RU", countries=str(file)).startswith("block")
    (tmp_path / "texts").write_text(text)
    said = invoke("policy", "check", str(tmp_path / "texts"), "--country", "RU", "--countries", str(file))
    assert json.loads(said)["verdict"] == "block"


def test_bind_writes_the_digests_in_and_leaves_the_old_table_as_it_is(folder: Path, tmp_path: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("photo,decision,by,reason\nbee.jpg,allow,Ann,an adult\nnobody.jpg,restrict,Bob,a child\n")
    before = old.read_bytes()
    said = invoke("policy", "bind", str(folder), str(old), str(new), code=1)
    assert "bee.jpg: allowed as it is now" in said
    assert "1 of 2 decisions are bound now" in said
    assert old.read_bytes() == before
    with new.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["photo"], len(row["digest"])) for row in rows] == [("bee.jpg", 64), ("nobody.jpg", 0)]
    with pytest.warns(DataWarning, match="as nobody"):
        assert "bee.jpg" not in invoke("policy", "photos", str(folder), "--overrides", str(new))
    with pytest.raises(OSError, match="exists"):
        invoke("policy", "bind", str(folder), str(old), str(new))
    # Another picture under the name of one that was allowed.
    shutil.copy(folder / "train_images/cat.jpg", folder / "train_images/bee.jpg")
    with pytest.warns(DataWarning, match="as nobody"):
        assert "bee.jpg\tcaptions" in invoke("policy", "photos", str(folder), "--overrides", str(new))
