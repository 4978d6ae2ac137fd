"""Rows of a run as CLIP_benchmark writes its results, so that figures stand side by side in one table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.evaluation.row_status import number, was_run
from withsense_tf.experiments.runs.stored_runs import StoredRun

# Texts are asked and photos are found: what CLIP_benchmark calls image retrieval. We rank no texts.
MEASURES: Final = {f"image_retrieval_recall@{depth}": f"r@{depth}" for depth in (1, 5, 10)}


def write_clip_benchmark(run: StoredRun, folder: Path) -> list[Path]:
    """Write a file for each row that ranked photos; return them."""
    files = []
    for row in run.base.rows:
        metrics = {name: value for name, ours in MEASURES.items() if (value := number(row, ours)) is not None}
        if was_run(row) and metrics:
            name = re.sub(r"[^\w.@-]+", "_", f"{row['matcher']}_{row['split']}")
            files.append(folder / f"{name}.json")
            with whole_file(files[-1]) as draft:
                draft.write_text(json.dumps(entry_of(row, metrics), indent=1) + "\n", encoding="utf-8")
    return files


def entry_of(row: Mapping[str, Any], metrics: Mapping[str, float]) -> dict[str, Any]:
    """Return one result; beside what CLIP_benchmark has, how many photos were ranked, without which none compares."""
    return {
        "dataset": f"{row.get('data')}, {row['split']}",
        "model": row["matcher"],
        "pretrained": str(row.get("weights") or ""),
        "task": "zeroshot_retrieval",
        "language": "ru" if row["split"] == "russian" else "en",
        "metrics": dict(metrics),
        "gallery": row.get("gallery"),
        "zeroshot": False,  # it learned from photos of this data set, if from none of these
    }
