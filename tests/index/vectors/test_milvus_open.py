from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.vectors.milvus_index import MilvusIndex
from withsense_tf.index.vectors.milvus_open import sent_away

WIDTH = 8
Make = Callable[..., MilvusIndex]
Start = Callable[[Path], AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]]


def unit(count: int) -> np.ndarray:
    vectors = np.random.default_rng(0).normal(size=(count, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_graph_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    file, vectors = tmp_path / "torn.db", unit(200)
    index = MilvusIndex(str(file), "photos", WIDTH, "HNSW")
    index.write(0, vectors)
    index.close()
    (graph,) = file.rglob("*.idx")
    graph.write_bytes(graph.read_bytes()[:1000])
    index = MilvusIndex(str(file), "photos", WIDTH, "HNSW")
    assert index.search(vectors[5:6], 1, 200).rows.tolist() == [[5]]
    index.close()


def test_what_was_written_survives_a_killed_server(start_server: Start, tmp_path: Path) -> None:
    with start_server(tmp_path / "s.db") as (address, process):
        MilvusIndex(address, "photos", WIDTH).write(0, unit(5))
        process.kill()
    index = MilvusIndex(str(tmp_path / "s.db"), "photos", WIDTH)
    np.testing.assert_array_equal(index.get(np.arange(5)), unit(5))
    index.close()


# As absl's, which TensorFlow brings: it holds the error stream of the time when it was imported.
LOGS = """
import io, logging, sys

class Handler(logging.StreamHandler):
    def close(self):
        self.stream.close()
        super().close()

stream = io.StringIO()
logging.getLogger().addHandler(Handler(stream))
logging.getLogger("theirs").setLevel("INFO")
from withsense_tf.index.vectors.milvus_index import MilvusIndex
MilvusIndex(sys.argv[1], "photos", 8).close()
logging.getLogger("theirs").info("heard")
assert stream.getvalue() == "heard\\n", stream.getvalue()
assert logging.getLogger("pymilvus").getEffectiveLevel() == logging.WARNING
"""


@pytest.mark.slow
def test_opening_milvus_ends_no_logging_of_others(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGS, str(tmp_path / "v.db")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_file_can_be_opened_by_another_process_after_closing(tmp_path: Path) -> None:
    file = str(tmp_path / "v.db")
    index = MilvusIndex(file, "photos", WIDTH)
    index.write(0, unit(5))
    index.close()
    code = f"""
from withsense_tf.index.vectors.milvus_index import MilvusIndex
from withsense_tf.index.vectors.milvus_open import sent_away
import numpy as np
index = MilvusIndex({file!r}, "photos", {WIDTH})
print(len(index.get(np.arange(5))))
index.close()
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"5\n"


def test_another_width_is_an_error(make: Make) -> None:
    make("narrow")
    with pytest.raises(DataError, match="has vectors of width 8, expected 9"):
        make("narrow", width=9)


def test_another_kind_is_an_error(make: Make) -> None:
    make("graph", kind="HNSW")
    with pytest.raises(DataError, match="is a HNSW index by IP, expected FLAT by IP"):
        make("graph")


def test_another_metric_is_an_error(server: str) -> None:
    from pymilvus import DataType, MilvusClient

    client = MilvusClient(server)
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=WIDTH)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="L2")
    client.create_collection("by_distance", schema=schema, index_params=index)
    with pytest.raises(DataError, match="is a FLAT index by L2, expected FLAT by IP"):
        MilvusIndex(server, "by_distance", WIDTH)
    client.close()


def test_a_collection_that_others_made_is_an_error(server: str) -> None:
    from pymilvus import MilvusClient

    client = MilvusClient(server)
    client.create_collection("foreign", dimension=WIDTH)
    with pytest.raises(DataError, match="was not made by withsense_tf"):
        MilvusIndex(server, "foreign", WIDTH)
    client.close()


def test_a_server_that_does_not_answer_is_an_error_that_says_how_to_start_one() -> None:
    with socket.socket() as silent:  # takes connections, and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(DataError, match="milvus-lite server --data-dir"):
            MilvusIndex(f"http://127.0.0.1:{silent.getsockname()[1]}", "photos", WIDTH, timeout=1)


def test_a_file_that_is_open_in_another_process_is_an_error(server: str, data_dir: Path) -> None:
    with pytest.raises(DataError, match="is open in another process"):
        MilvusIndex(str(data_dir), "photos", WIDTH)


def test_a_foreign_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photos.db").write_bytes(b"SQLite format 3\0")
    with pytest.raises(DataError, match="is no Milvus Lite file"):
        MilvusIndex(str(tmp_path / "photos.db"), "photos", WIDTH)


def test_a_foreign_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photos.db" / "holiday").mkdir(parents=True)
    with pytest.raises(DataError, match="is no Milvus Lite file"):
        MilvusIndex(str(tmp_path / "photos.db"), "photos", WIDTH)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"address": "localhost:19530"}, "is neither a server"),
        ({"kind": "IVF"}, "kind='IVF' is not known"),
        ({"collection": "my photos"}, "collection's name"),
    ],
)
def test_a_setting_that_is_not_known_is_an_error(settings: dict[str, str], message: str) -> None:
    usual = {"address": "unused.db", "collection": "photos", "width": WIDTH}
    with pytest.raises(SettingError, match=message):
        MilvusIndex(**usual | settings)  # type: ignore[arg-type]  # some are wrong on purpose


def test_a_closed_index_says_so(make: Make) -> None:
    index = make()
    index.close()
    with pytest.raises(DataError, match="was closed"):
        index.get(np.array([0]))


def test_closing_twice_does_no_harm(make: Make) -> None:
    index = make()
    index.close()
    index.close()


def test_without_pymilvus_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(SettingError, match=r'pip install "\.\[milvus\]" in a clone'):
        MilvusIndex(str(tmp_path / "a.db"), "photos", WIDTH)


def test_importing_the_engine_does_not_import_pymilvus() -> None:
    code = "import sys, withsense_tf.index.vectors.milvus_index; print('pymilvus' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_a_server_that_ended_a_connection_because_of_pings_is_told_from_one_that_is_not_there() -> None:
    hung_up, failure = OSError('details = "Too many pings"'), ValueError("Fail connecting to server")
    failure.__cause__ = hung_up
    assert sent_away(failure)
    assert not sent_away(ValueError("Fail connecting to server"))
    assert not sent_away(None)
    first, second = ValueError("one"), ValueError("other")
    first.__context__, second.__context__ = second, first
    assert not sent_away(first)
