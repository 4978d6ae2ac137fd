"""A server meets many models, and many threads ask it at once: files are opened once, and let go of."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from small_index import LAW, items_of_looks, new_index

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index import model_generation as generations
from withsense_tf.index.photo_index import OPEN, PhotoIndex
from withsense_tf.index.upkeep.compact import compact_index
from withsense_tf.index.vectors.exact_index import ExactIndex
from withsense_tf.matchers.base import Matcher
from withsense_tf.search.search import Search


@pytest.fixture
def index(fitted: Callable[[str], Matcher], looks: Path, store: VectorStore, tmp_path: Path) -> PhotoIndex:
    return new_index(tmp_path / "index", fitted("hybrid"), items_of_looks(looks, 4), store)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which files are open")
def test_a_server_that_meets_many_models_holds_the_files_of_few(index: PhotoIndex) -> None:
    def held() -> int:
        found = set()
        for one in list(Path("/proc/self/fd").iterdir()):
            with contextlib.suppress(OSError):
                found.add(str(one.readlink()))
        # A file is held a second time by its memory map.
        return len({file for file in found if str(index.folder) in file and "rows.vectors" in file})

    search = Search(PhotoIndex(index.folder), policy=LAW, country="AQ")
    search("a wall")
    index.close()
    # A hybrid has three files of vectors.
    assert held() == 3
    for _ in range(OPEN + 2):
        writer = PhotoIndex(index.folder)
        compact_index(writer)
        writer.close()
        search("a wall")
    assert held() == 3 * OPEN
    search.close()
    assert held() == 0


def test_threads_that_ask_a_model_at_once_open_it_once(
    index: PhotoIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, load = [], generations.load_form

    def slow(folder: Path) -> object:
        opened.append(folder)
        time.sleep(0.2)
        return load(folder)

    monkeypatch.setattr(generations, "load_form", slow)
    model = PhotoIndex(index.folder).generation(1)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: model.vectors["photo"], range(4)))
    assert len(opened) == 1
    assert len({id(one) for one in found}) == 1


def test_vectors_that_nobody_holds_any_more_are_closed(tmp_path: Path) -> None:
    index = ExactIndex(tmp_path, 3)
    file = index._file._file
    held = os.fstat(file)
    del index
    # Another thread may have opened a file of its own under that number meanwhile.
    with contextlib.suppress(OSError):
        assert not os.path.samestat(os.fstat(file), held)
