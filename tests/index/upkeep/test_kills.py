"""A writer may be killed at any moment: nobody sees half of its work, and a rerun ends where it would have."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_index import item_of, items_of_looks, law, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.matchers.base import Matcher
from withsense_tf.matchers.saved import load_matcher, save_matcher
from withsense_tf.policy.overrides import Override

WORKER = Path(__file__).with_name("ingest_worker.py")
PHOTOS = 36
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the worker forks"),
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> VectorStore:
    """Return a store in a folder, which other processes open too."""
    return VectorStore(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def index(
    fitted: Callable[[str], Matcher],
    looks: Path,
    kept: VectorStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> PhotoIndex:
    """Return an index of photos; other states of them are encoded too."""
    folder = tmp_path_factory.mktemp("full")
    new_index(folder / "encode", fitted("hybrid"), items_of_looks(looks, 2 * PHOTOS), kept).close()
    return new_index(folder / "index", fitted("hybrid"), items_of_looks(looks, PHOTOS), kept)


@pytest.fixture(scope="module")
def worker() -> Iterator[subprocess.Popen[str]]:
    """Return one process that works off the plans of all tests: the libraries take it seconds to import."""
    command = [sys.executable, str(WORKER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


def killed(
    worker: subprocess.Popen[str],
    tmp_path: Path,
    index: PhotoIndex,
    kept: VectorStore,
    times: int,
    **plan: object,
) -> dict:
    index.close()
    plan |= {"index": index.folder, "store": kept.folder, "times": times, "batch": 4}
    (tmp_path / "plan.pickle").write_bytes(pickle.dumps(plan))
    print(tmp_path / "plan.pickle", tmp_path / "results.json", sep="\t", file=worker.stdin, flush=True)
    assert worker.stdout.readline() == "done\n", "the worker failed; its standard error says why"
    found = json.loads((tmp_path / "results.json").read_text())
    assert not found["tensorflow"]
    return found


def check(found: dict, amid_at_least: int, places_at_least: int) -> None:
    """Check that kills hit the middle, at many places, and that none of them left a trace."""
    runs = found["runs"]
    amid = [run for run in runs if run["exit"] == -9 and run["version"] < found["done"]["version"]]
    assert len(amid) >= amid_at_least
    assert len({run["rows"] for run in amid}) >= places_at_least
    assert found["undisturbed"] != found["before"]
    # A reader sees the state before or the one after, nothing between.
    assert {run["seen"] for run in runs} <= {found["before"], found["undisturbed"]}
    assert {run["seen"] for run in amid} == {found["before"]}
    assert {run["contents"] for run in runs} == {found["undisturbed"]}


def test_ingestion_that_was_killed_ends_as_if_it_had_not_been(
    worker: subprocess.Popen[str], index: PhotoIndex, kept: VectorStore, looks: Path, tmp_path: Path
) -> None:
    # Some stay, some change, some leave and many come.
    items = [
        *items_of_looks(looks, 6),
        *(item_of(looks, f"{n:03d}.png", n + PHOTOS) for n in range(6, 18)),
        *(item_of(looks, f"new {n}.png", n) for n in range(PHOTOS, PHOTOS + 18)),
    ]
    found = killed(
        worker, tmp_path, index, kept, 30, amid=15, places=6, what="ingest", items=items, policy=law()
    )
    check(found, amid_at_least=15, places_at_least=6)
    # What had been done was not done again: no more rows than without the kill, but for one batch that was lost.
    assert all(run["finished"]["rows"] == found["done"]["rows"] for run in found["runs"])


def test_a_new_model_whose_filling_was_killed_takes_over_all_the_same(
    worker: subprocess.Popen[str],
    index: PhotoIndex,
    kept: VectorStore,
    fitted: Callable[[str], Matcher],
    tmp_path: Path,
) -> None:
    # One that has encoded nothing yet: what others asked for photos before holds a graph, which no pickle takes.
    save_matcher(fitted("closed form"), tmp_path / "matcher")
    matcher = load_matcher(tmp_path / "matcher", kept)
    found = killed(worker, tmp_path, index, kept, 12, amid=5, places=2, what="switch", matcher=matcher)
    check(found, amid_at_least=5, places_at_least=2)
    assert all(run["finished"]["rows"] == found["done"]["rows"] for run in found["runs"])


def test_judging_anew_that_was_killed_is_done_by_the_next_run(
    worker: subprocess.Popen[str], index: PhotoIndex, kept: VectorStore, tmp_path: Path
) -> None:
    strict = law(overrides={"007.png": Override("007.png", "restrict", "Ann", "a child")})
    found = killed(worker, tmp_path, index, kept, 20, amid=1, places=1, what="judge", policy=strict)
    # It takes a moment only, which a kill must hit.
    check(found, amid_at_least=1, places_at_least=1)
