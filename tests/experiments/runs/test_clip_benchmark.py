from __future__ import annotations

import json
from pathlib import Path

from table_of_runs import CLIP, TOWERS, Write

from withsense_tf.experiments.runs.clip_benchmark import write_clip_benchmark
from withsense_tf.experiments.runs.stored_runs import read_run


def test_each_row_that_ranked_photos_is_a_file_of_its_own(store_run: Write, tmp_path: Path) -> None:
    towers = TOWERS | {
        "matcher": "two towers, a/b",
        "r@1": 0.5,
        "r@10": 0.9,
        "gallery": 100.0,
        "weights": "imagenet",
    }
    run = read_run(
        store_run("1-a", towers, CLIP, TOWERS | {"matcher": "fit alone", "r@5": None}) / "results.json"
    )
    (file,) = write_clip_benchmark(run, tmp_path / "json")
    assert file.name == "two_towers_a_b_folds.json"
    entry = json.loads(file.read_text())
    assert entry["metrics"] == {
        "image_retrieval_recall@1": 0.5,
        "image_retrieval_recall@5": 0.8,
        "image_retrieval_recall@10": 0.9,
    }
    assert (entry["dataset"], entry["model"], entry["pretrained"]) == (
        "mine, folds",
        "two towers, a/b",
        "imagenet",
    )
    assert (entry["gallery"], entry["zeroshot"], entry["language"]) == (100.0, False, "en")
