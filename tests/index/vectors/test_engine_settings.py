from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from withsense_tf.common import plugins
from withsense_tf.errors import SettingError
from withsense_tf.index.vectors.engine_settings import Engine


@pytest.mark.parametrize(
    "engine", [Engine(), Engine(dtype="float16"), Engine("milvus", address="http://host:1", graph="HNSW")]
)
def test_what_is_written_down_is_read_back(engine: Engine) -> None:
    assert Engine.from_json(engine.to_json()) == engine


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "exacty"}, "exact"),
        ({"kind": "my_module:Files"}, r"opened later .*own_engine\.md"),
        ({"dtype": "float8"}, "float16"),
        ({"kind": "milvus", "graph": "HNWS"}, "HNSW"),
        ({"address": "http://host:1"}, "has no address and no graph"),
        ({"graph": "HNSW"}, "has no address and no graph"),
    ],
    ids=str,
)
def test_settings_that_no_engine_has_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Engine(**settings)


def test_an_engine_of_another_package_that_cannot_be_made_is_said_before_any_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = EntryPoint("broken", "no_such_module:Engine", "withsense_tf.engines")
    monkeypatch.setattr(plugins, "_entry_points", lambda *_: {"broken": [entry]})
    with pytest.raises(SettingError, match="cannot be imported"):
        Engine("broken").check()


def test_files_are_of_the_type_that_was_set(tmp_path: Path) -> None:
    index = Engine(dtype="float16").open(tmp_path, "unused", 4)
    index.write(0, np.full((1, 4), 1 / 3, np.float32))
    assert index.get(np.array([0]))[0, 0] == np.float32(np.float16(1 / 3))
    index.close()
