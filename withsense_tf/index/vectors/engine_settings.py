"""Which engine keeps the vectors of a model: files that are searched exactly, or Milvus."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from withsense_tf.common.limits import parse_json
from withsense_tf.common.plugins import Plugins
from withsense_tf.errors import SettingError, check_choice
from withsense_tf.index.vectors.vector_index import VectorIndex

ENGINES: Final = Plugins[VectorIndex](
    "engine",
    "withsense_tf.engines",
    {
        "exact": "withsense_tf.index.vectors.exact_index:ExactIndex",
        "milvus": "withsense_tf.index.vectors.milvus_index:MilvusIndex",
    },
    "withsense_tf.index.vectors.vector_index:VectorIndex",
)
DTYPES: Final = ("float32", "float16")
GRAPHS: Final = ("FLAT", "HNSW")
# What a Milvus server asks for (user:password); it is not written down in the index.
TOKEN: Final = "WITHSENSE_MILVUS_TOKEN"


@dataclass(frozen=True)
class Engine:
    """How vectors are kept.

    - `kind`: "exact" (memory-mapped files, every vector is looked at), "milvus", or what another package adds, which is
      made of a folder, the width of the vectors, and the `dtype`
    - `dtype` of exact files: float16 takes half the space
    - `address` of a Milvus server or cluster; without one, a Milvus Lite file in the index folder
    - `graph`: how Milvus searches: FLAT looks at every vector, HNSW at few
    """

    kind: str = "exact"
    dtype: str = "float32"
    address: str = ""
    graph: str = "FLAT"

    def __post_init__(self) -> None:
        if ":" in self.kind:
            raise SettingError(
                f"engine={self.kind!r}: an index is opened later and elsewhere, so a class alone is no engine. Let "
                f"your package name it in {ENGINES.group} (docs/how_to/own_engine.md), install that, and take the name."
            )
        ENGINES.check("engine", self.kind, ENGINES.names())
        check_choice("dtype", self.dtype, DTYPES)
        check_choice("graph", self.graph, GRAPHS)
        if self.kind != "milvus" and (self.address or self.graph != "FLAT"):
            raise SettingError(
                f"The {self.kind} engine has no address and no graph, got {self.address!r} and {self.graph}: take the "
                "engine milvus for these."
            )

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Engine:
        """Read what `to_json` wrote."""
        return cls(**parse_json(text))

    def open(self, folder: Path, collection: str, width: int) -> VectorIndex:
        """Open, or make, the vectors of one kind; `collection` is their name in Milvus."""
        if self.kind != "milvus":
            engine_class: Any = ENGINES.load(self.kind)
            engine: VectorIndex = engine_class(folder, width, self.dtype)
            return engine
        from withsense_tf.index.vectors.milvus_index import MilvusIndex

        if not self.address:
            folder.mkdir(parents=True, exist_ok=True)
        where = self.address or str(folder / "milvus.db")
        return MilvusIndex(where, collection, width, self.graph, token=os.environ.get(TOKEN, ""))

    def check(self) -> None:
        """Raise now, before any work, if the engine cannot be reached, or made."""
        if self.kind == "milvus":
            from withsense_tf.index.vectors.milvus_open import check_address

            check_address(self.address, os.environ.get(TOKEN, ""))
        elif self.kind != "exact":
            with TemporaryDirectory() as folder:
                self.open(Path(folder) / "engine", "", 1).close()
