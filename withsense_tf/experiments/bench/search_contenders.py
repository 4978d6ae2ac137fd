"""Who takes part in the benchmark of search: a name, how an index is built, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.errors import check_choice
from withsense_tf.index.vectors.exact_index import ExactIndex

# Who the others are measured against.
NUMPY: Final = "numpy"
# Links of a node of the graph, and how many candidates are looked at while building and while searching.
HNSW_LINKS: Final = 16
HNSW_BUILD: Final = 40
HNSW_SEARCH: Final = 64
PORTION: Final = 50_000
# Milvus Lite is for one machine and some ten thousand photos; filling it takes minutes beyond.
MILVUS_MOST: Final = 100_000


@dataclass(frozen=True, eq=False)
class TimedEngine:
    """An index that is built: `search(queries, k)` returns rows, (queries, k), best first."""

    search: Callable[[np.ndarray, int], np.ndarray]
    nbytes: int
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, eq=False)
class Contender:
    """`build(vectors, folder)` makes an engine; `missing` says why it cannot; `most` is how many rows it takes."""

    name: str
    build: Callable[[np.ndarray, Path], TimedEngine]
    missing: Callable[[], str | None] = lambda: None
    most: int | None = None

    def absent(self, rows: int) -> str | None:
        """Say why it does not take part with so many rows, or None."""
        if self.most is not None and rows > self.most:
            return f"it would take too long with more than {self.most:,} rows"
        return self.missing()


def contenders() -> list[Contender]:
    """Return all of them."""
    return [
        Contender(NUMPY, plain_numpy),
        Contender("exact float32", lambda vectors, folder: ours(vectors, folder, "float32")),
        Contender("exact float16", lambda vectors, folder: ours(vectors, folder, "float16")),
        Contender("FAISS flat", faiss_flat, without_faiss),
        Contender(f"FAISS HNSW {HNSW_LINKS}/{HNSW_BUILD}/{HNSW_SEARCH}", faiss_hnsw, without_faiss),
        Contender(
            "Milvus Lite FLAT", lambda v, folder: milvus(v, folder, "FLAT"), without_milvus, MILVUS_MOST
        ),
        Contender(
            "Milvus Lite HNSW", lambda v, folder: milvus(v, folder, "HNSW"), without_milvus, MILVUS_MOST
        ),
    ]


def choose(names: str) -> list[Contender]:
    """Return those that the names with commas are for, and numpy; a name may be a part, as faiss.

    >>> [contender.name for contender in choose("float16,faiss flat")]
    ['numpy', 'exact float16', 'FAISS flat']
    """
    everyone = {contender.name.lower(): contender for contender in contenders()}
    names_taking_part = {NUMPY}
    for name in names.lower().split(","):
        parts = set(name.split())
        matches = [full for full in everyone if parts and parts <= set(full.split())]
        if not matches:
            check_choice("--engines", name.strip(), everyone)
        names_taking_part |= set(matches)
    return [contender for name, contender in everyone.items() if name in names_taking_part]


def ours(vectors: np.ndarray, folder: Path, dtype: str) -> TimedEngine:
    """Write the vectors to an index of ours."""
    index = ExactIndex(folder, vectors.shape[1], dtype)
    for start in range(0, len(vectors), PORTION):
        index.write(start, vectors[start : start + PORTION])
    nbytes = vectors.size * np.dtype(dtype).itemsize
    return TimedEngine(lambda queries, k: index.search(queries, k, len(vectors)).rows, nbytes, index.close)


def plain_numpy(vectors: np.ndarray, folder: Path) -> TimedEngine:  # noqa: ARG001  # it keeps nothing on disk
    """Return what one writes without thinking: a product, `argpartition`, and a sort of the best."""

    def search(queries: np.ndarray, k: int) -> np.ndarray:
        scores = vectors @ queries[0] if len(queries) == 1 else queries @ vectors.T
        scores = scores.reshape(len(queries), -1)
        best = np.argpartition(scores, -k, axis=1)[:, -k:]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
        return np.take_along_axis(best, order, axis=1)

    return TimedEngine(search, vectors.nbytes)


def without_faiss() -> str | None:
    """Say why FAISS cannot take part, or None."""
    return None if find_spec("faiss") else "faiss is not installed"


def faiss_flat(vectors: np.ndarray, folder: Path) -> TimedEngine:  # noqa: ARG001  # it keeps nothing on disk
    """Return FAISS' exact search."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return TimedEngine(lambda queries, k: np.asarray(index.search(queries, k)[1]), vectors.nbytes)


def faiss_hnsw(vectors: np.ndarray, folder: Path) -> TimedEngine:
    """Return FAISS' search through a graph, which finds nearly all."""
    import faiss

    index = faiss.IndexHNSWFlat(vectors.shape[1], HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = HNSW_BUILD
    index.hnsw.efSearch = HNSW_SEARCH
    index.add(vectors)
    folder.mkdir()
    faiss.write_index(index, str(folder / "graph"))
    nbytes = (folder / "graph").stat().st_size
    return TimedEngine(lambda queries, k: np.asarray(index.search(queries, k)[1]), nbytes)


def without_milvus() -> str | None:
    """Say why Milvus cannot take part, or None."""
    return None if find_spec("pymilvus") and find_spec("milvus_lite") else "pymilvus is not installed"


def milvus(vectors: np.ndarray, folder: Path, graph: str) -> TimedEngine:
    """Write the vectors into a Milvus Lite file, by our own engine for it."""
    from withsense_tf.index.vectors.milvus_index import MilvusIndex

    folder.mkdir()
    index = MilvusIndex(str(folder / "milvus.db"), "bench", vectors.shape[1], graph)
    for start in range(0, len(vectors), PORTION):
        index.write(start, vectors[start : start + PORTION])
    nbytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return TimedEngine(lambda queries, k: index.search(queries, k, len(vectors)).rows, nbytes, index.close)


def recall(answers: Sequence[np.ndarray], exact: Sequence[np.ndarray]) -> float:
    """Return the share of the exact answers that the answers have.

    >>> import numpy as np
    >>> recall([np.array([1, 2, 3, 4])], [np.array([4, 3, 2, 9])])
    0.75
    """
    hits = sum(
        len(set(mine.tolist()) & set(right.tolist())) for mine, right in zip(answers, exact, strict=True)
    )
    return hits / sum(len(right) for right in exact)
