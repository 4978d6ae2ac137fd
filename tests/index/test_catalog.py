from __future__ import annotations

from pathlib import Path

import pytest

from withsense_tf.errors import DataError
from withsense_tf.index.catalog import Catalog


@pytest.mark.closed
def test_a_wrong_question_to_the_tables_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    catalog = Catalog.make(tmp_path / "index")
    with pytest.raises(DataError, match="Expression tree") as wrong, catalog.reading() as tables:
        tables.execute(f"SELECT {'1 + ' * 2_000} 1")
    assert str(wrong.value).endswith("(maximum depth 1000).")
