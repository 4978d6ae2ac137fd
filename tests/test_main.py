from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from full_files import without_rights
from plain_photos import photos
from typer.testing import CliRunner

import withsense_tf
from withsense_tf.__main__ import app, main
from withsense_tf.errors import DataError

runner = CliRunner()


def test_check_prints_a_report_and_exits_0_without_strict(folder: Path) -> None:
    (folder / "train_images/bee.jpg").write_bytes(b"")
    result = runner.invoke(app, ["data", "check", str(folder)])
    assert result.exit_code == 0
    assert "1  photo files of zero bytes" in result.output
    assert "left out" in result.output


def test_strict_exits_1_on_damage_and_0_without(folder: Path) -> None:
    assert runner.invoke(app, ["data", "check", str(folder), "--strict"]).exit_code == 0
    (folder / "train_images/bee.jpg").write_bytes(b"")
    assert runner.invoke(app, ["data", "check", str(folder), "--strict"]).exit_code == 1


@pytest.mark.parametrize("names", [["a.jpg", "gone.jpg"], ["gone.jpg", "lost.jpg"]], ids=["one", "all"])
def test_strict_exits_1_where_a_row_names_a_photo_that_is_not_there(tmp_path: Path, names: list[str]) -> None:
    root = photos(tmp_path / "photos", "a.jpg", "b.jpg")
    rows = [f"{name},A brown dog runs along the beach\n" for name in names]
    (root / "captions.csv").write_text("".join(["file,caption\n", *rows]))
    result = runner.invoke(app, ["data", "check", str(root), "--json", "--strict"])
    report = json.loads(result.stdout)
    count = len(set(names) - {"a.jpg"})
    assert (result.exit_code, report["ok"], report["without_photo"]) == (1, False, count)
    text = runner.invoke(app, ["data", "check", str(root)]).output
    assert f"Rows that name no photo of the folder: {count}." in text


def test_json_is_json_and_nothing_else(folder: Path) -> None:
    result = runner.invoke(app, ["data", "check", str(folder), "--json"])
    assert json.loads(result.stdout)["found"]["training photos"] == {"in_file": 6, "usable": 6}


def test_everything_found_can_be_saved(folder: Path, tmp_path: Path) -> None:
    (folder / "train_images/bee.jpg").write_bytes(b"")
    file = tmp_path / "new" / "found.csv"
    runner.invoke(app, ["data", "check", str(folder), "--quarantine", str(file)])
    # The photo, its 3 judged pairs, and 3 rows of each judgement file.
    assert len(file.read_text().splitlines()) == 1 + 1 + 3 * 3


def test_a_missing_folder_is_one_clear_line_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["withsense", "data", "check", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert "is not a folder" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "words",
    [
        ["data", "check", "PLACE"],
        ["policy", "photos", "PLACE"],
        ["search", "a dog", "--index", "PLACE"],
        ["index", "status", "--index", "PLACE"],
        ["index", "verify", "--index", "PLACE"],
        ["compare", "--data", "PLACE", "--output", "PLACE"],
        ["compare", "show", "none", "--output", "PLACE"],
        ["compare", "diff", "none", "other", "--output", "PLACE"],
    ],
    ids=" ".join,
)
def test_a_program_that_asks_for_json_gets_none_where_the_exit_code_is_2(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "nowhere")
    monkeypatch.setattr(
        sys, "argv", ["withsense", *(place if word == "PLACE" else word for word in words), "--json"]
    )
    with pytest.raises(SystemExit) as caught:
        main()
    answer = capsys.readouterr()
    assert (caught.value.code, answer.out) == (2, "")
    assert "Error: " in answer.err


def test_a_folder_that_may_not_be_read_is_one_clear_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["data", "check"], ["policy", "photos"]):
        monkeypatch.setattr(sys, "argv", ["withsense", *words, str(folder)])
        with without_rights(folder.parent, folder.name), pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(
            f"Error: {folder} may not be read or written by who runs this (Permission denied: "
        )
        assert "(chown, chmod)" in line


@pytest.mark.slow
def test_demo_writes_a_folder_that_passes_the_check(tmp_path: Path) -> None:
    made = runner.invoke(
        app, ["data", "demo", str(tmp_path / "demo"), "--train", "10", "--test", "2", "--seed", "3"]
    )
    assert made.exit_code == 0
    assert "Synthetic" in made.output
    assert runner.invoke(app, ["data", "check", str(tmp_path / "demo"), "--strict"]).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["data", "check", "{folder}", "--quarantine", "{folder}"],
        ["data", "demo", "{folder}/test_images.csv/x"],
    ],
)
def test_a_path_that_cannot_be_written_is_one_clear_line(
    folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["withsense", *(word.format(folder=folder) for word in arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert str(folder) in error
    assert error.count("\n") == 1


def test_the_report_is_printed_even_where_the_quarantine_cannot_be_saved(folder: Path) -> None:
    result = runner.invoke(app, ["data", "check", str(folder), "--quarantine", str(folder)])
    assert "Nothing is damaged" in result.output


def test_what_the_guides_call_explore_is_a_command_and_in_the_help(tmp_path: Path) -> None:
    assert "explore" in runner.invoke(app, ["--help"]).output
    result = runner.invoke(app, ["explore", "--data", str(tmp_path), "--output", str(tmp_path / "out")])
    assert isinstance(result.exception, DataError)


def test_messages_and_pages_call_the_program_by_one_name() -> None:
    package = Path(withsense_tf.__file__).parent
    # The texts of the law have a version of their own.
    files = [file for file in package.rglob("*") if file.suffix in {".py", ".html", ".toml"}]
    others = [file for file in files if file.relative_to(package).parts[0] not in {"policy", "__main__.py"}]
    assert [
        file.name for file in others if "python -m withsense_tf " in file.read_text(encoding="utf-8")
    ] == []


def test_policy_check_gives_an_object_a_line(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("A child swims\n\nTwo dogs run\nдевочка с мячом\n", encoding="utf-8")
    for flags in ([], ["--jsonl"], ["--country", "RU"]):
        result = runner.invoke(app, ["policy", "check", str(file), *flags])
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert [line["verdict"] for line in lines] == ["block", "allow", "allow", "block"]
        assert list(lines[0]) == ["text", "verdict", "rule", "span", "reason"]
        assert lines[0]["span"] == "child"
        assert lines[3]["text"] == "девочка с мячом"


def test_policy_check_reads_json_lines_and_the_standard_input() -> None:
    text = '{"text": "A child swims"}\n{"id": 3}\nTwo dogs\n'
    result = runner.invoke(app, ["policy", "check", "-", "--jsonl"], input=text)
    assert [json.loads(line)["verdict"] for line in result.stdout.splitlines()] == [
        "block",
        "review",
        "allow",
    ]


def test_lines_that_cannot_be_read_go_to_a_person() -> None:
    deep = "[" * 100_000
    deep_object = '{"text": "two dogs", "of": ' + "[" * 200 + "]" * 200 + "}"
    text = "\ufeff" + '{"text": "A ch\\u0069ld"}' + f'\n{deep}\n{deep_object}\n["a ch\\u0069ld"]\n2024\n'
    result = runner.invoke(app, ["policy", "check", "-", "--jsonl"], input=text)
    verdicts = [json.loads(line)["verdict"] for line in result.stdout.splitlines()]
    assert verdicts == ["block", "review", "review", "review", "allow"]


def test_policy_explain_names_the_words_and_what_was_exempted() -> None:
    result = runner.invoke(app, ["policy", "explain", "A toddler eats baby carrots"])
    assert result.stdout.startswith("block: ")
    assert "toddler" in result.stdout
    assert "exempt" in result.stdout or "baby carrots" in result.stdout


def test_policy_photos_lists_the_restricted_with_evidence(folder: Path) -> None:
    for name in ("captions.csv", "train_dataset.csv"):
        path = folder / name
        path.write_text(path.read_text().replace("A bee, seen 2 times", "A toddler, seen 2 times"))
    result = runner.invoke(app, ["policy", "photos", str(folder), "--country", "RU"])
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0] == ["photo", "source", "votes", "captions", "evidence"]
    assert rows[1][:4] == ["bee.jpg", "captions", "1", "5"]
    assert "toddler" in rows[1][4]
    assert "policy decide PHOTO ... allow --data FOLDER --who NAME --reason WHY" in result.stderr
