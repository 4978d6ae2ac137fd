"""The reference says what the code says: it cannot drift."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from doc_blocks import ROOT
from doc_commands import command_pages, python_pages

import withsense_tf as ws
from withsense_tf.commands.index_reports import tell_problems
from withsense_tf.data.folder.folder_check import CheckReport
from withsense_tf.evaluation.result_table import COLUMNS, Comparison
from withsense_tf.experiments.compare.run_folder import results_text
from withsense_tf.policy.options import HELP

PAGES = ROOT / "docs/reference"


def names_in_cells(page: str, column: int) -> list[str]:
    """Return what stands between backticks in a column of a page's tables."""
    rows = [line for line in (PAGES / page).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split(" | ")[column])]


def test_every_variable_of_the_environment_is_in_the_table_of_settings_and_no_other() -> None:
    code = [
        *(ROOT / "withsense_tf").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "deploy").iterdir(),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in code)
    named = set(re.findall(r"WITHSENSE_[A-Z]+(?:_[A-Z]+)*", text))
    # Those of the law are made of the names of their options.
    named |= {f"WITHSENSE_{name.upper()}" for name in HELP}
    settings = (PAGES / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"WITHSENSE_[A-Z_]*[A-Z]", settings)) == named


def test_every_result_column_is_explained_once_and_no_other() -> None:
    assert sorted(set(names_in_cells("result_columns.md", 0))) == sorted(COLUMNS)


def keys_of_json(of: str) -> list[str]:
    """Return the keys in the table behind the sentence that begins with these words."""
    table = (PAGES / "command_line.md").read_text(encoding="utf-8").split(f"\n`{of}")[1].split("\n\n")[1]
    return re.findall(r"^\| `([^`]+)` ", table, re.MULTILINE)


def test_the_keys_of_json_are_in_the_reference_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keys_of_json("data check") == [*CheckReport("there", {}, ()).as_dict()]
    tell_problems(tmp_path, [], json=True)
    assert keys_of_json("index verify") == [*json.loads(capsys.readouterr().out)]
    assert keys_of_json("results.json") == [*json.loads(results_text({}, Comparison(()), {}, "", ()))]


def test_every_public_name_is_in_the_reference_of_python_as_the_code_has_it() -> None:
    page = (PAGES / "python.md").read_text(encoding="utf-8")
    names = python_pages.NAME.findall(page)
    assert sorted(name for name in names if name != "Matcher") == sorted(set(ws.__all__) - {"__version__"})
    # Where this fails: python docs/hooks/python_pages.py
    assert python_pages.with_tables(page) == page
    assert '| `Search.__call__(text="", k=5, *, photo=None, ' in page
    assert re.search(
        r"^\| `ws.agreement\(data\)` \| Measure how far the experts .* agree\. \|$", page, re.MULTILINE
    )


def test_the_site_explains_every_name_below_its_table() -> None:
    page = (PAGES / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^::: (\S+)$", python_pages.with_blocks(page), re.MULTILINE)
    assert [name.rpartition(".")[2] for name in blocks] == python_pages.NAME.findall(page)
    assert "withsense_tf.data.folder.load.load_dataset" in blocks
    assert (
        "::: withsense_tf.matchers.base.Matcher\n    options:\n      members: [fit, "
        in python_pages.with_blocks(page)
    )


def test_every_command_is_in_the_reference_with_all_its_options_as_its_help_has_them() -> None:
    reference = command_pages.reference()
    assert "## withsense index build\n" in reference
    assert "## python -m withsense_tf.experiments.compare\n" in reference
    assert "## withsense compare diff\n" in reference
    for name, command in command_pages.all_commands():
        section = reference.split(f"## {name}\n")[1].split("\n## ")[0]
        assert command_pages.as_printed(str(command.help)).strip().splitlines()[0] in section
        for parameter in (one for one in command.params if not getattr(one, "hidden", False)):
            for option in parameter.opts:
                assert option in section, f"{name}: {option}"


def test_every_option_of_a_comparison_is_in_the_table_of_its_page_and_no_other() -> None:
    page = (ROOT / "docs/how_to/compare.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `--")]
    there = {option for row in rows for option in re.findall(r"--[a-z-]+", row.split(" | ")[0])}
    command = dict(command_pages.all_commands())["withsense compare"]
    options = {option for parameter in command.params for option in parameter.opts}
    # The law's files are one subject, with a page of its own.
    of_law = {"--min-votes", "--photo-judge", *(f"--{name}" for name in HELP)}
    assert there == options - of_law


def without_spaces_and_frames(text: str) -> str:
    """Return a text as it stands whatever its lines: those of help are broken anywhere."""
    return re.sub(r"[\s│─╭╮╰╯]+", "", text)


def in_brackets(command: Any) -> list[str]:
    """Return the words of a command's help that have something in square brackets, as people are to read them."""
    texts = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
    words = [word for text in texts for word in re.findall(r"\S*\[[^]]*\]\S*", text or "")]
    return [word.replace("\\[", "[") for word in words]


def test_help_prints_what_stands_in_square_brackets_and_so_does_the_reference(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reference = re.sub(r"\\([_\[\]])", r"\1", command_pages.reference())
    with_brackets = {name: command for name, command in command_pages.all_commands() if in_brackets(command)}
    assert with_brackets
    for name, command in with_brackets.items():
        command.main(["--help"], prog_name=name, standalone_mode=False)
        printed = without_spaces_and_frames(capsys.readouterr().out)
        section = reference.split(f"## {name}\n")[1].split("\n## ")[0]
        for word in in_brackets(command):
            assert without_spaces_and_frames(word) in printed, f"{name} --help: {word}"
            assert word in section, f"{name} in the reference: {word}"


def test_the_reference_has_a_command_that_was_just_added() -> None:
    app = typer.Typer(add_completion=False)

    @app.command()
    def greet(name: str, loud: bool = typer.Option(False, "--loud", help="Cry | it <out>.")) -> None:
        """Greet somebody."""

    lines = command_pages.section("greet", typer.main.get_command(app))
    assert lines[:3] == ["## greet", "", "Greet somebody."]
    assert lines[-2] == "| `--loud` | Cry \\| it \\<out>. |"


def test_modules_that_are_commands_of_their_own_are_found() -> None:
    modules = {module for module, _ in command_pages.module_commands()}
    assert {"withsense_tf.experiments.compare", "withsense_tf.testing.check"} <= modules
    assert not modules & {"withsense_tf", "withsense_tf.common.terminal"}
