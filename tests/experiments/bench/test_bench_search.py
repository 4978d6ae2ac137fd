from __future__ import annotations

import csv
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from withsense_tf.errors import SettingError
from withsense_tf.experiments.bench import bench_search
from withsense_tf.experiments.bench.bench_search import draw_clusters, main, measure, plain_read, time_at_rest
from withsense_tf.experiments.bench.search_contenders import contenders


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_search, "REST_SECONDS", 0.0)


def run(folder: Path, sizes: str = "40,90", engines: str | None = None) -> list[dict[str, str]]:
    main(sizes, width=8, queries=3, batches=2, seed=0, engines=engines, output=folder)
    with (folder / "search.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_each_size_has_a_row_for_each_engine_and_the_plain_reads(tmp_path: Path) -> None:
    names = [row["engine"].split(" (")[0] for row in run(tmp_path)]
    assert (
        names
        == ["a plain read", "a plain read of a mapped file", *(contender.name for contender in contenders())]
        * 2
    )


def test_exact_engines_find_what_numpy_finds(tmp_path: Path) -> None:
    found = {row["engine"]: row["recall"] for row in run(tmp_path, "90")}
    assert found["exact float32"] == found["FAISS flat"] == "1.0"


def test_without_faiss_its_rows_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    said = {row["status"] for row in run(tmp_path, "40") if "FAISS" in row["engine"]}
    assert said == {"not run: faiss is not installed"}


def test_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "40")
    assert "exact float16" in capsys.readouterr().out


def test_sizes_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="whole numbers"):
        run(tmp_path, "many")


def test_sizes_below_k_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="10 or more"):
        run(tmp_path, "9")


def test_the_seed_gives_the_vectors() -> None:
    np.testing.assert_array_equal(draw_clusters(30, 4, 2, 5)[0], draw_clusters(30, 4, 2, 5)[0])


def test_vectors_have_length_1() -> None:
    np.testing.assert_allclose(np.linalg.norm(draw_clusters(30, 4, 2, 0)[0], axis=1), 1, rtol=1e-5)


def test_a_plain_read_looks_at_everything() -> None:
    vectors = np.zeros((3, 1 << 19), np.float32)
    vectors[2, -1] = 1
    read, _ = plain_read(vectors)
    assert max(np.max(parts) for parts in read() if parts) > 0


def test_an_engine_that_is_missing_is_not_built() -> None:
    vectors, queries = draw_clusters(40, 8, 2, 0)
    several = contenders()
    several[-1] = type(several[-1])("none", several[-1].build, lambda: "not here")
    assert measure(several, vectors, queries, 1)[-1].status == "not run: not here"


@pytest.mark.closed
def test_only_the_engines_that_are_named_take_part_beside_numpy(tmp_path: Path) -> None:
    names = [row["engine"] for row in run(tmp_path, "40", "float16, FAISS flat")]
    assert names[2:] == ["numpy", "exact float16", "FAISS flat"]


@pytest.mark.closed
def test_who_is_timed_does_not_pay_for_threads_that_still_look_for_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench_search, "REST_SECONDS", 0.03)
    monkeypatch.setattr(
        bench_search, "BUSY", 0.01
    )  # other programs may leave the thread but little of a core

    def waits_for_it() -> bool:
        end = time.perf_counter() + 0.1

        def look_for_work() -> None:
            while time.perf_counter() < end:
                pass

        thread = threading.Thread(target=look_for_work)
        thread.start()
        _, began = time_at_rest(time.perf_counter)
        thread.join()
        return began > end

    # On a busy machine the thread may get nothing of a core for a while, and look as if it were at rest.
    assert any(waits_for_it() for _ in range(20))
