from __future__ import annotations

import re
from pathlib import Path

from withsense_tf.common.code_version import code_version


def test_a_checkout_names_its_commit() -> None:
    assert code_version().startswith("withsense_tf 0.")
    if (Path(__file__).parents[2] / ".git").exists():
        assert re.fullmatch(r"withsense_tf \S+ [0-9a-f]{10,}\+?", code_version())
