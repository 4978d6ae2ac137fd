"""What is in an index, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from withsense_tf.index.catalog import get_state
from withsense_tf.index.departed import DEPARTED, count_departed
from withsense_tf.index.photo_index import PhotoIndex, dropped_models, law_of_model
from withsense_tf.index.vectors.vector_engine import Engine

# Photos in quarantine that are named.
SHOWN: Final = 5


@dataclass(frozen=True)
class Status:
    """The numbers of one state of an index."""

    folder: str
    version: int
    photos: int
    captions: int
    staged: int
    departed: int
    quarantine: list[dict[str, str]]
    restricted: dict[int, int]
    columns: list[str]
    models: list[dict[str, Any]]
    megabytes: float

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON has them."""
        return vars(self) | {"restricted": {str(limit): count for limit, count in self.restricted.items()}}

    def as_text(self) -> str:
        """Return the numbers as a terminal shows them."""
        lines = [
            f"{self.folder}: {self.photos:,} photos, {self.captions:,} captions, {self.megabytes:,.1f} MB",
            f"columns to filter by: {', '.join(self.columns) or 'none'}",
        ]
        lines += [
            f"restricted where persons under {limit} are protected: {count:,}"
            for limit, count in self.restricted.items()
        ]
        lines += [
            f"model {model['number']} {model['use']}: {model['matcher']}, {_trained(model['law'])}, "
            f"{_engine(model['engine'])}, "
            f"{model['rows']:,} rows, {model['garbage']:,} of them of photos that are gone"
            for model in self.models
        ]
        if self.staged:
            lines.append(f"{self.staged:,} photos wait to be published: a writer is at work, or was stopped")
        if self.departed:
            lines.append(
                f"{self.departed:,} photos that left still restrict their copies: of these digest, look, texts and "
                "verdict are kept"
            )
        lines += [f"in quarantine: {one['photo']}: {one['reason']}" for one in self.quarantine[:SHOWN]]
        if len(self.quarantine) > SHOWN:
            lines.append(f"... and {len(self.quarantine) - SHOWN:,} more; see all with --json")
        return "\n".join(lines)


def index_status(index: PhotoIndex) -> Status:
    """Count what an index has."""
    with index.catalog.reading() as tables:

        def count(sql: str, *values: object) -> int:
            return int(tables.execute(f"SELECT count(*) FROM {sql}", values).fetchone()[0])

        current, previous = get_state(tables, "current"), get_state(tables, "previous")
        use = {current: "in use", previous: "the one before"}
        models = []
        for number, name, identity, engine, rows, made in tables.execute(
            "SELECT id, name, identity, engine, rows, made FROM generations ORDER BY id"
        ).fetchall():
            if number in dropped_models(tables):
                continue  # only those that are amid something with it need it
            held = count("rows JOIN live ON live.id = photo WHERE generation = ?", number)
            models.append(
                {
                    "number": number,
                    "use": use.get(number, "not in use"),
                    "identity": identity,
                    "matcher": name,
                    "law": law_of_model(tables, number),
                    "engine": engine,
                    "made": made,
                    "rows": rows,
                    "photos": held,
                    "garbage": rows - held,
                }
            )
        restricted = dict(
            tables.execute(
                "SELECT age_limit, sum(restricted) FROM law JOIN live ON live.id = photo GROUP BY age_limit"
            ).fetchall()
        )
        return Status(
            str(index.folder),
            get_state(tables, "version"),
            count("live"),
            count("captions JOIN live ON live.id = photo WHERE counts = 1"),
            count("photos WHERE writer IS NOT NULL AND writer != ?", DEPARTED),
            count_departed(tables),
            [
                dict(zip(("photo", "path", "kind", "reason", "found"), row, strict=True))
                for row in tables.execute(
                    "SELECT name, path, kind, reason, found FROM quarantine ORDER BY name"
                )
            ],
            restricted,
            [name for (name,) in tables.execute("SELECT DISTINCT name FROM facts ORDER BY name")],
            models,
            _bytes(index.folder) / 1e6,
        )


def _trained(law: str) -> str:
    return f"trained under law {law}" if law else "trained without the law, or nobody knows"


def _engine(written: str) -> str:
    engine = Engine.from_json(written)
    if engine.kind == "exact":
        return f"exact, {engine.dtype}"
    return f"milvus {engine.graph}, {engine.address or 'a file of its own'}"


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
