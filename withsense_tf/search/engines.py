"""Which engine keeps the vectors of a model: files that are searched exactly, or Milvus."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from withsense_tf.errors import SettingError, check_choice
from withsense_tf.search.exact_index import ExactIndex
from withsense_tf.search.index import VectorIndex

KINDS: Final = ("exact", "milvus")
DTYPES: Final = ("float32", "float16")
GRAPHS: Final = ("FLAT", "HNSW")


@dataclass(frozen=True)
class Engine:
    """How vectors are kept.

    - `kind`: "exact" (memory-mapped files, every vector is looked at) or "milvus"
    - `dtype` of exact files: float16 takes half the space
    - `address` of a Milvus server or cluster; without one, a Milvus Lite file in the index folder
    - `graph`: how Milvus searches: FLAT looks at every vector, HNSW at few
    """

    kind: str = "exact"
    dtype: str = "float32"
    address: str = ""
    graph: str = "FLAT"

    def __post_init__(self) -> None:
        check_choice("engine", self.kind, KINDS)
        check_choice("dtype", self.dtype, DTYPES)
        check_choice("graph", self.graph, GRAPHS)
        if self.kind == "exact" and self.address:
            raise SettingError(
                f"The exact engine has no address, got {self.address!r}: take the engine milvus."
            )

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Engine:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))

    def open(self, folder: Path, collection: str, width: int) -> VectorIndex:
        """Open, or make, the vectors of one kind; `collection` is their name in Milvus."""
        if self.kind == "exact":
            return ExactIndex(folder, width, self.dtype)
        from withsense_tf.search.milvus_index import MilvusIndex

        if not self.address:
            folder.mkdir(parents=True, exist_ok=True)
        return MilvusIndex(self.address or str(folder / "milvus.db"), collection, width, self.graph)
