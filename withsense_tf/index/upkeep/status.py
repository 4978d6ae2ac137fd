"""What is in an index, in numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.cell_texts import COLOUR
from withsense_tf.index.departed import count_departed
from withsense_tf.index.integrity.table_errors import JUDGED_WITH, NOT_WRITTEN, index_remedy
from withsense_tf.index.model_generation import MATCHER
from withsense_tf.index.photo_index import (
    PhotoIndex,
    calibration_of_model,
    dropped_models,
    encoders_of_model,
    law_of_model,
)
from withsense_tf.index.tables.captions_table import count_live_captions
from withsense_tf.index.tables.facts_table import column_names
from withsense_tf.index.tables.law_table import count_restricted
from withsense_tf.index.tables.left_out_tables import TAKEN_OUT, quarantined_photos
from withsense_tf.index.tables.models_table import all_models
from withsense_tf.index.tables.photo_states import count_staged
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, count_photos
from withsense_tf.index.tables.rows_table import count_live_rows
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.index.vectors.engine_settings import Engine
from withsense_tf.matchers.cards.card_page import CARD_FILE
from withsense_tf.policy.levels import age_limit_of
from withsense_tf.printed_commands import option_words
from withsense_tf.targets.calibrated_on import CalibratedOn

MOST_NAMED: Final = 5
IN_USE: Final = "in use"
NOT_YET: Final = "unfinished (a build is at work, or was stopped: the same index build goes on where it was)"


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
    judged_with: dict[str, str] | None

    @property
    def is_built(self) -> bool:
        """Return whether a model is in use: only then are photos answered with."""
        return any(model["use"] == IN_USE for model in self.models)

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON has them."""
        return vars(self) | {"restricted": {str(limit): count for limit, count in self.restricted.items()}}

    def as_text(self) -> str:
        """Return the numbers as a terminal shows them."""
        photos = f"{self.photos:,} photos, {self.captions:,} captions" if self.is_built else NOT_YET
        lines = [
            f"{self.folder}: {photos}, {self.megabytes:,.1f} MB",
            f"columns to filter by: {', '.join(self.columns) or 'none'}",
        ]
        lines += [
            f"restricted where persons under {limit} are protected: {count:,}"
            for limit, count in self.restricted.items()
        ]
        lines += [
            f"model {model['number']} {model['use']}: {model['matcher']}, {_encoders(model)}"
            f"{CalibratedOn.from_dict(model['calibration'])}, {_training_law(model['law'])}, "
            f"{_engine(model['engine'])}, "
            f"{model['rows']:,} rows, {model['garbage']:,} of them of photos that are gone"
            f"{model['card'] and '; card: '}{model['card']}"
            for model in self.models
        ]
        if self.judged_with:
            lines.append(f"judged with, as all that asks it must say:{option_words(self.judged_with)}")
        elif self.judged_with is None and self.photos:
            lines.append(f"{NOT_WRITTEN} Run: {index_remedy(self.folder, 'judge', '--all')}")
        if self.photos and COLOUR not in self.columns:
            update = index_remedy(self.folder, "update", "FOLDER")
            lines.append(f"no colours to filter by yet; this looks at them: {update}")
        if self.staged:
            lines.append(f"{self.staged:,} photos wait to be published: a writer is at work, or was stopped")
        if self.departed:
            lines.append(
                f"{self.departed:,} restricted photos left, and their copies stay restricted, as is meant: digest, "
                "look, texts and verdict are kept for that. What is no such copy a person allows: policy decide PHOTO "
                "allow"
            )
        lines += [f"in quarantine: {one['photo']}: {one['reason']}" for one in self.quarantine[:MOST_NAMED]]
        if len(self.quarantine) > MOST_NAMED:
            lines.append(f"... and {len(self.quarantine) - MOST_NAMED:,} more; see all with --json")
        return "\n".join(lines)


def index_status(index: PhotoIndex) -> Status:
    """Count what an index has."""
    with index.catalog.reading() as tables:
        return Status(
            str(index.folder),
            get_state(tables, "version"),
            count_photos(tables, LIVE_PHOTOS),
            count_live_captions(tables),
            count_staged(tables),
            count_departed(tables),
            [
                dict(zip(("photo", "path", "kind", "reason", "found"), row, strict=True))
                for row in quarantined_photos(tables)
                if row[2] != TAKEN_OUT
            ],
            _by_age_limit(count_restricted(tables)),
            column_names(tables),
            _models(index, tables),
            _bytes(index.folder) / 1e6,
            get_state(tables, JUDGED_WITH),
        )


def _by_age_limit(restricted: dict[int, int]) -> dict[int, int]:
    """Return how many are restricted at each age limit, by whichever country hears a judge of photos most."""
    most: dict[int, int] = {}
    for key, count in restricted.items():
        most[age_limit_of(key)] = max(count, most.get(age_limit_of(key), 0))
    return most


def _models(index: PhotoIndex, tables: sqlite3.Connection) -> list[dict[str, Any]]:
    current, previous = get_state(tables, "current"), get_state(tables, "previous")
    use = {current: IN_USE, previous: "the one before"}
    models = []
    for number, name, identity, engine, rows, made_at in all_models(tables):
        if number in dropped_models(tables):
            continue  # only those that are amid something with it need it
        photos = count_live_rows(tables, number)
        models.append(
            {
                "number": number,
                "use": use.get(number, "not in use"),
                "identity": identity,
                "matcher": name,
                **encoders_of_model(tables, number),
                "law": law_of_model(tables, number),
                "card": _card(index, number),
                "calibration": calibration_of_model(tables, number).as_dict(),
                "engine": engine,
                "made": made_at,
                "rows": rows,
                "photos": photos,
                "garbage": rows - photos,
            }
        )
    return models


def _card(index: PhotoIndex, number: int) -> str:
    """Return where a model's card is, if it has one."""
    file = index.generation(number).folder / MATCHER / CARD_FILE
    return str(file) if file.is_file() else ""


def _encoders(model: Mapping[str, str]) -> str:
    whose = f" with the weights {model['weights']}" if model["weights"] else ""
    return f"photos seen by {model['photo']}{whose}, " if model["photo"] else ""


def _training_law(law: str) -> str:
    return f"trained under law {law}" if law else "trained without the law, or nobody knows"


def _engine(text: str) -> str:
    engine = Engine.from_json(text)
    if engine.kind != "milvus":
        return f"{engine.kind}, {engine.dtype}"
    return f"milvus {engine.graph}, {engine.address or 'a file of its own'}"


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
