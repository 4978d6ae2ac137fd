"""From what waits for a person to what the person decided, at the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from run_command import finish, law_variables

from withsense_tf.__main__ import app
from withsense_tf.errors import DataError, SettingError

pytestmark = pytest.mark.closed


@pytest.fixture
def photos(tmp_path: Path, new_photo: Callable[[Path, int], None]) -> Path:
    """Return a folder with a photo that is allowed, one for review and one that is blocked."""
    (tmp_path / "photos").mkdir()
    for number, name in enumerate(("ant", "bee", "cat")):
        new_photo(tmp_path / f"photos/{name}.jpg", 10 * number)
    captions = "An ant on a leaf", "A toddler on a swing", "Someone sits on dad's shoulders"
    rows = [f"{name}.jpg,{text}" for name, text in zip(("ant", "bee", "cat"), captions, strict=True)]
    (tmp_path / "photos/captions.csv").write_text("\n".join(["photo,caption", *rows]) + "\n")
    return tmp_path / "photos"


def invoke(*words: str | Path, code: int = 0, **files: str) -> tuple[str, str]:
    done = finish(app, "policy", *map(str, words), code=code, env=law_variables(**files))
    return done.stdout, done.stderr


def decide(photos: Path, table: Path, *words: str, photo: str = "cat.jpg", **files: str) -> tuple[str, str]:
    who = ("--data", photos, "--who", "Ann", "--reason", "all are adults", "--overrides", table)
    return invoke("decide", photo, *(words or ("allow",)), *who, **files)


def test_a_photo_leaves_the_queue_when_it_is_decided_on(photos: Path, tmp_path: Path) -> None:
    table, audit = tmp_path / "o.csv", tmp_path / "audit.jsonl"
    rows, summary = invoke("queue", photos)
    assert rows.splitlines() == [
        "number\tphoto\trule\tchild\tevidence",
        "1\tcat.jpg\ttold by deeds\t\tcat.jpg#0: Someone sits [[on dad's shoulders]]",
    ]
    assert "1 of 3 photos are under review" in summary
    assert "cat.jpg" in invoke("photos", photos)[0]
    answer, advice = decide(photos, table, audit=str(audit))
    assert answer == f"{table}: cat.jpg is allowed by Ann.\n"
    assert advice.endswith(f"index judge --overrides {table} --audit {audit}\n")
    answer, advice = invoke("queue", photos, "--overrides", table)
    assert (answer, advice.splitlines()[-1]) == (
        "",
        "No photo is under review. Those that are withheld: policy photos.",
    )
    assert json.loads(invoke("queue", photos, "--json", overrides=str(table))[0]) == []
    sheet = tmp_path / "sheet.png"
    advice = invoke("queue", photos, "--sheet", sheet, overrides=str(table))[1]
    assert f"Nothing was written to {sheet}." in advice
    assert not sheet.exists()
    left = invoke("photos", photos, "--overrides", table)[0]
    assert "cat.jpg" not in left
    assert "bee.jpg" in left
    again, _ = decide(photos, table, "restrict", audit=str(audit))
    assert "That replaces: allowed by Ann (all are adults)." in again
    assert "cat.jpg\toverride by Ann" in invoke("photos", photos, "--overrides", table)[0]
    entries = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [(one["place"], one["photo"], one["decision"], one["by"]) for one in entries] == [
        ("review", "cat.jpg", "allow", "Ann"),
        ("review", "cat.jpg", "restrict", "Ann"),
    ]
    assert len({one["policy"] for one in entries}) == 2


def test_the_names_of_exact_copies_are_told_for_which_a_decision_holds_too(
    photos: Path, tmp_path: Path
) -> None:
    shutil.copyfile(photos / "bee.jpg", photos / "dog.jpg")
    with (photos / "captions.csv").open("a") as stream:
        stream.write("dog.jpg,A doll on a swing\n")
    answer, _ = decide(photos, tmp_path / "o.csv", photo="dog.jpg")
    assert "It holds for the same file under other names, too, whatever is said there: bee.jpg." in answer
    assert "bee.jpg" not in invoke("photos", photos, "--overrides", tmp_path / "o.csv")[0]
    assert "same file" not in decide(photos, tmp_path / "o.csv", photo="ant.jpg")[0]


def test_several_photos_are_decided_at_once_each_with_an_entry_of_the_log(
    photos: Path, tmp_path: Path
) -> None:
    table, audit, names = tmp_path / "o.csv", tmp_path / "audit.jsonl", tmp_path / "names.txt"
    names.write_text("cat.jpg\n\nant.jpg\n")
    answer, _ = decide(photos, table, "bee.jpg", "allow", "--names", names, photo="ant.jpg", audit=str(audit))
    assert answer.splitlines() == [
        f"{table}: {name}.jpg is allowed by Ann." for name in ("ant", "bee", "cat")
    ]
    entries = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [one["photo"] for one in entries] == ["ant.jpg", "bee.jpg", "cat.jpg"]
    assert invoke("queue", photos, "--overrides", table)[0] == ""
    # One wrong name, and nothing is decided.
    before = table.read_text()
    with pytest.raises(DataError, match=r"gone\.jpg: the folder has no such photo"):
        decide(photos, table, "gone.jpg", "restrict", photo="ant.jpg")
    with pytest.raises(DataError, match="Which photos"):
        decide(photos, table, photo=" ")
    assert table.read_text() == before


def test_a_folder_stands_for_the_photos_below_it_and_allows_none_that_something_tells_of_a_child(
    photos: Path, tmp_path: Path, new_photo: Callable[[Path, int], None]
) -> None:
    (photos / "in").mkdir()
    new_photo(photos / "in/dog.jpg", 40)
    for name in ("bee.jpg", "cat.jpg"):
        (photos / name).rename(photos / "in" / name)
    answer, _ = decide(photos, tmp_path / "o.csv", photo="in/")
    assert "in/dog.jpg is allowed by Ann" in answer
    # A folder of 50 photos was allowed with the two of boys in it.
    assert "in/bee.jpg stays restricted" in answer
    assert "in/cat.jpg stays restricted" in answer
    assert "in/cat.jpg is allowed by Ann" in decide(photos, tmp_path / "o.csv", photo="in/cat.jpg")[0]
    whole = decide(photos, tmp_path / "o.csv", "restrict", photo="in/")[0]
    assert whole.count("is restricted by Ann") == 3


def test_what_is_decided_so_already_leaves_the_law_as_it_is(photos: Path, tmp_path: Path) -> None:
    table, audit = tmp_path / "o.csv", tmp_path / "audit.jsonl"
    _, advice = decide(photos, table, audit=str(audit))
    assert "answer 503 until then" in " ".join(advice.split())
    content, entries = table.read_bytes(), audit.read_bytes()
    answer, advice = decide(photos, table, "allow", audit=str(audit))
    assert answer == f"{table}: cat.jpg is allowed already. Nothing was changed.\n"
    assert "index judge" not in advice
    assert (table.read_bytes(), audit.read_bytes()) == (content, entries)


def test_who_decides_is_not_told_again_what_the_folder_holds(photos: Path, tmp_path: Path) -> None:
    _, advice = decide(photos, tmp_path / "o.csv")
    assert advice.startswith("Servers need that option")


def test_the_queue_as_json_and_as_a_sheet_for_who_decides(photos: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    answer, note = invoke("queue", photos, "--json", "--sheet", sheet)
    (one,) = json.loads(answer)
    assert (one["photo"], one["rule"], one["evidence"]) == (
        "cat.jpg",
        "told by deeds",
        ["cat.jpg#0: Someone sits [[on dad's shoulders]]"],
    )
    assert "must not be passed on" in note
    assert sheet.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SettingError, match="would be a photo of"):
        invoke("queue", photos, "--sheet", photos / "sheet.png")
    with pytest.raises(SettingError, match="contact sheet"):
        invoke("queue", photos, "--sheet", tmp_path / "sheet.txt")


def test_what_cannot_be_decided_is_an_error_and_nothing_is_written(photos: Path, tmp_path: Path) -> None:
    table, broken = tmp_path / "o.csv", tmp_path / "broken.csv"
    with pytest.raises(DataError, match=r"gone\.jpg: the folder has no such photo"):
        decide(photos, table, photo="gone.jpg")
    # As a shell completes a name, and as it is mistyped.
    for name in (f"{photos}/cat.jpg", "cta.jpg"):
        with pytest.raises(DataError, match=r"nothing was written\. Did you mean cat\.jpg\?"):
            decide(photos, table, photo=name)
    with pytest.raises(SettingError, match=r"decision='cat\.jpg' is not known.*Known: restrict, allow"):
        decide(photos, table, "cat.jpg", photo="bee.jpg")
    with pytest.raises(SettingError, match="The reason cannot be written"):
        invoke(
            "decide",
            "cat.jpg",
            "allow",
            "--data",
            photos,
            "--who",
            "Ann",
            "--reason",
            " ",
            "--overrides",
            table,
        )
    with pytest.raises(SettingError, match="Which table of overrides"):
        invoke("decide", "cat.jpg", "allow", "--data", photos, "--who", "Ann", "--reason", "adults")
    with pytest.raises(OSError, match="exists"):
        decide(photos, table, audit=str(photos / "ant.jpg/audit.jsonl"))
    assert not table.exists()
    broken.write_text("")
    with pytest.raises(DataError, match=r"broken\.csv:1"):
        decide(photos, broken)
    assert broken.read_text() == ""
    # A table that others read must be there all the same.
    with pytest.raises(SettingError, match="there is no such file"):
        invoke("queue", photos, "--overrides", table)
