from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

from withsense_tf.common.code_version import UNREAD, code_of, code_version, complaint, foreign_bases, whose
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.constant import Constant

New = Callable[..., type[Any]]


@pytest.fixture
def new_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> New:
    """Return what writes files and imports a class of one of them, as a new process does."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def new(name: str, **files: str) -> type[Any]:
        for file, code in files.items():
            path = tmp_path / f"{file.replace('__in__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(code, encoding="utf-8")
        module, _, kind = name.partition(":")
        for one in [one for one in sys.modules if one.partition(".")[0] == module.partition(".")[0]]:
            monkeypatch.delitem(sys.modules, one)
        invalidate_caches()
        cls: type[Any] = getattr(import_module(module), kind)
        return cls

    return new


def module_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the module lie in a package of another folder, and return its file, which is not there yet."""
    file = folder / "withsense_tf" / "common" / "code_version.py"
    file.parent.mkdir(parents=True)
    monkeypatch.setattr("withsense_tf.common.code_version.__file__", str(file))
    return file


def test_a_checkout_names_its_commit() -> None:
    assert code_version().startswith("withsense_tf 0.")
    if (Path(__file__).parents[2] / ".git").exists():
        assert re.fullmatch(r"withsense_tf \S+ [0-9a-f]{10,}(\+ \(files [0-9a-f]{12}\))?", code_version())


def test_two_states_of_a_checkout_that_differ_from_its_commit_have_two_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = module_elsewhere(tmp_path, monkeypatch)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@a"]
    file.write_text("one = 1", encoding="utf-8")
    page = tmp_path / "README.md"
    page.write_text("one", encoding="utf-8")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    page.write_text("two", encoding="utf-8")  # no figure hangs on it
    names = []
    for number in (1, 2, 3, 2):
        file.write_text(f"one = {number}", encoding="utf-8")
        names.append(code_version.__wrapped__())
    assert "+" not in names[0]
    assert names[1].startswith(f"{names[0]}+ (files ")
    assert names[2].startswith(f"{names[0]}+ (files ")
    assert names[1] == names[3] != names[2]


def test_what_is_installed_says_that_no_commit_is_known_and_which_files_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = module_elsewhere(tmp_path, monkeypatch)
    names = []
    for one, text in ((file, "one = 1"), (file, "one = 2"), (file.with_name("rules.toml"), "one = 1")):
        one.write_text(text, encoding="utf-8")
        names.append(code_version.__wrapped__())
    for name in names:
        assert re.fullmatch(r"withsense_tf \S+ \(commit unknown, files [0-9a-f]{12}\)", name)
    assert len(set(names)) == 3


def test_classes_of_this_package_alone_have_the_version_of_this_package() -> None:
    assert code_of([Constant, Matcher, dict]) == code_version()


@pytest.mark.parametrize("changed", ["added", "helps", "further"])
def test_the_code_of_a_module_changes_with_its_file_and_with_those_that_it_imports_beside_it(
    new_class: New, changed: str
) -> None:
    files = {
        "added": "import helps\nclass Added: pass\n",
        "helps": "from further import one\n",
        "further": "one = 1\n",
        "alone": "two = 2\n",
    }
    before = code_of([new_class("added:Added", **files)])
    assert re.fullmatch(re.escape(code_version()) + "; added [0-9a-f]{12}", before)
    assert code_of([new_class("added:Added", **files | {"alone": "two = 3\n"})]) == before
    files[changed] += "# more\n"
    assert code_of([new_class("added:Added", **files)]) != before


def test_the_code_of_a_package_changes_with_any_of_its_files(new_class: New) -> None:
    files = {"pack__in____init__": "", "pack__in__one": "class Added: pass\n", "pack__in__other": "one = 1\n"}
    before = code_of([new_class("pack.one:Added", **files)])
    assert "; pack " in before
    assert code_of([new_class("pack.one:Added", **files)]) == before
    assert code_of([new_class("pack.one:Added", **files | {"pack__in__other": "one = 2\n"})]) != before


def test_the_code_of_what_is_installed_has_its_version() -> None:
    assert re.search(
        r"; pytest [0-9.]+ [0-9a-f]{12}$", code_of([type("Raised", (pytest.Item,), {"__module__": "pytest"})])
    )


def test_a_class_without_a_file_has_unknown_code() -> None:
    made = type("Made", (Constant,), {"__module__": "typed_in"})
    assert code_of([made]) == f"{code_version()}; typed_in {UNREAD}"


def test_what_this_package_builds_on_is_not_of_others(new_class: New) -> None:
    base = "from withsense_tf.matchers.constant import Constant\n"
    code = f"{base}class Mixed: pass\nclass Added(Mixed, Constant): pass\n"
    own = new_class("added:Added", added=code)
    assert [one.__name__ for one in foreign_bases(own)] == ["Added", "Mixed"]


def test_a_complaint_names_the_class_its_package_with_its_version_and_the_step_that_was_asked_for(
    new_class: New, tmp_path: Path
) -> None:
    about = tmp_path / "my_eyes-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-eyes\nVersion: 1.2\n", encoding="utf-8")
    (about / "top_level.txt").write_text("eyes\n", encoding="utf-8")
    base = "from withsense_tf.matchers.constant import Constant\n"
    code = f"{base}class Eyes(Constant):\n    def fit(self, pairs):\n        return self._fit(pairs['a'])\n"
    eyes = new_class("eyes:Eyes", eyes=code)
    assert whose(eyes) == "eyes:Eyes of my-eyes 1.2"
    with pytest.raises(KeyError) as error:
        eyes().fit({})
    words = "eyes:Eyes of my-eyes 1.2 failed in fit: KeyError: 'a' (eyes.py, line 4, in fit)"
    assert complaint(error.value) == words
    # What fails behind its back is the mistake of what was asked.
    assert (
        complaint(ValueError("It is torn."), eyes)
        == "eyes:Eyes of my-eyes 1.2 failed: ValueError: It is torn"
    )
    assert complaint(ValueError("It is torn.")) == ""
