"""Write to an index, or read it, beside other processes. Run by test_writers.py, never imported by it.

together_worker.py write PLAN NAME OTHER...   ingest, round by round, each when all others are ready too
together_worker.py read PLAN                  search until there is a file `stop`; write down the different answers,
                                              and say with a file `seen-N` that there are N of them
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from pathlib import Path

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep import staging
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.search.search import Search


def write(plan: dict, place: Path, me: str, others: list[str]) -> None:
    staging.BATCH = plan["batch"]
    store = VectorStore(plan["store"])
    for number, (folder, jobs) in enumerate(plan["rounds"]):
        index = PhotoIndex.make(folder, store)
        (place / f"ready-{me}-{number}").touch()
        while not all((place / f"ready-{other}-{number}").exists() for other in others):
            time.sleep(0.001)
        for items, remove in jobs[me]:
            ingest(index, items, plan["policy"], remove=remove)
        index.close()


def read(plan: dict, place: Path) -> None:
    search = Search(plan["rounds"][0][0], policy=plan["policy"], country="AQ")
    answers: list[list[str]] = []
    is_last = False
    while not is_last:
        is_last = (place / "stop").exists()  # looked at before: one search begins when all is written
        hits = search("a plain wall", k=100, minimum=0.0)
        names = sorted(name for hit in hits for name in (hit.photo, *hit.duplicates))
        if not answers or names != answers[-1]:
            answers.append(names)
            (place / f"seen-{len(answers)}").touch()
    (place / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    told = pickle.loads(Path(sys.argv[2]).read_bytes())
    if sys.argv[1] == "write":
        write(told, Path(sys.argv[2]).parent, sys.argv[3], sys.argv[4:])
    else:
        read(told, Path(sys.argv[2]).parent)
