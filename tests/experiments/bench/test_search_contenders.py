from __future__ import annotations

import pytest

from withsense_tf.errors import SettingError
from withsense_tf.experiments.bench.search_contenders import choose


@pytest.mark.closed
def test_a_part_of_a_name_is_for_all_engines_that_have_it() -> None:
    assert [contender.name for contender in choose("exact")] == ["numpy", "exact float32", "exact float16"]


@pytest.mark.closed
@pytest.mark.parametrize("name", ["flota16", "exact flota16", "", "float16 float32"])
def test_an_engine_that_is_not_known_is_refused_with_the_nearest_name(name: str) -> None:
    with pytest.raises(
        SettingError, match=r"--engines='.*' is not known\..*Known: numpy, exact float32"
    ) as error:
        choose(f"numpy,{name}")
    assert not name or "Did you mean 'exact float" in str(error.value)
