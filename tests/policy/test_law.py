from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.law import law_code_version

DAY = date(2026, 11, 20)
COUNTRIES = Countries(
    (CountryRule("RU", "children", 16), CountryRule("AA", "none"), CountryRule("BB", "children", 18))
)


def test_the_code_has_a_version_that_changes_with_any_file(tmp_path: Path) -> None:
    source = Path(law_code_version.__code__.co_filename).parent
    copy = tmp_path / "policy"
    for name in ("ownership.py", "texts/text_policy.py"):
        shutil.copytree(source, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        assert law_code_version(copy) == law_code_version()
        (copy / name).write_text((copy / name).read_text() + "# more\n")
        assert law_code_version(copy) != law_code_version()
