from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from withsense_tf.common import words
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.law import law_code_version


def test_the_code_has_a_version_that_changes_with_any_file(tmp_path: Path) -> None:
    source = Path(law_code_version.__code__.co_filename).parent
    copy = tmp_path / "policy"
    for name in ("photo_decisions.py", "texts/text_policy.py"):
        shutil.copytree(source, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        assert law_code_version(copy) == law_code_version()
        (copy / name).write_text((copy / name).read_text() + "# more\n")
        assert law_code_version(copy) != law_code_version()


def test_the_tables_of_words_that_texts_are_read_by_count_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = law_code_version()
    (tmp_path / "words.py").write_text(Path(words.__file__).read_text() + "# more\n")
    monkeypatch.setattr(words, "__file__", str(tmp_path / "words.py"))
    assert law_code_version() != before


def test_a_policy_is_written_in_one_short_line() -> None:
    shown = repr(Policy.default())
    assert shown.startswith("Policy(")
    assert "second reader" in shown
    assert len(shown) < 120
