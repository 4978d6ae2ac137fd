"""Work on an index in processes that are killed at random moments. Run by test_kills.py, never imported by it.

Each line that it is sent names the files of a plan and of its results. For each seed of the plan, copy the index of
the plan, start what is to be done in a process of its own, kill that, say how far it was, do it again undisturbed, and
write down what the index holds then.
All photos are encoded already, so no process needs TensorFlow, and forks start at once.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # where the helpers of the tests lie
from index_digest import contents

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.upkeep import staging
from withsense_tf.index.upkeep import switch_model as fill
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.judge_anew import judge_anew


def work(plan: dict, folder: Path) -> None:
    """Bring the index to where the plan wants it."""
    staging.BATCH = fill.BATCH = plan["batch"]
    index = PhotoIndex.make(folder, VectorStore(plan["store"]))
    if plan["what"] == "judge":
        judge_anew(index, plan["policy"])
    elif plan["what"] == "ingest":
        ingest(index, plan["items"], plan["policy"], others="remove")
    else:
        fill.take_over(index, index.add_model(plan["matcher"]))
    index.close()


def start(plan: dict, folder: Path) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work(plan, folder)
        status = 0
    finally:
        os._exit(status)


def finish(plan: dict, folder: Path) -> None:
    _, status = os.waitpid(start(plan, folder), 0)
    assert os.waitstatus_to_exitcode(status) == 0


def timed(plan: dict, folder: Path) -> float:
    """Do the work from the start, and say how long it took."""
    shutil.rmtree(folder)
    shutil.copytree(plan["index"], folder)
    began = time.monotonic()
    finish(plan, folder)
    return time.monotonic() - began


def reached(folder: Path) -> dict[str, int]:
    """Say how far the work was: rows that were committed, and whether it was published or switched to."""
    index = PhotoIndex(folder)
    with index.catalog.reading() as tables:
        rows = tables.execute("SELECT sum(rows) FROM generations").fetchone()[0]
        version = tables.execute("SELECT value FROM state WHERE name = 'version'").fetchone()[0]
    index.close()
    return {"rows": rows, "version": int(version)}


def enough(runs: list[dict], plan: dict, version: int) -> bool:
    """Return whether enough kills hit the middle, at enough places."""
    amid = [run["rows"] for run in runs if run["exit"] == -9 and run["version"] < version]
    return len(amid) >= plan["amid"] and len(set(amid)) >= plan["places"]


def held(folder: Path) -> str:
    index = PhotoIndex(folder)
    found = contents(index)
    index.close()
    return found


def main(plan_file: Path, results: Path) -> None:
    plan = pickle.loads(plan_file.read_bytes())
    folder = plan_file.parent / "index"
    # Once in this process, so that those that are forked from it have all that they need loaded.
    shutil.copytree(plan["index"], folder)
    work(plan, folder)
    done, undisturbed = reached(folder), held(folder)
    # The quickest of some, so that most kills come in time.
    seconds = latest = min(timed(plan, folder) for _ in range(3))
    runs: list[dict] = []
    for seed in range(10 * plan["times"]):
        if seed >= plan["times"] and enough(runs, plan, done["version"]):
            break
        shutil.rmtree(folder)
        shutil.copytree(plan["index"], folder)
        rng = np.random.default_rng(seed)
        child = start(plan, folder)
        time.sleep(rng.uniform(0.02, 0.9) * latest)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed = reached(folder) | {"exit": os.waitstatus_to_exitcode(status), "seen": held(folder)}
        # A machine becomes slower and quicker: behind a kill that came too late others come earlier, else later.
        latest *= 0.8 if killed["version"] == done["version"] else 1.1
        finish(plan, folder)
        runs.append(killed | {"contents": held(folder), "finished": reached(folder)})
    told = {
        "seconds": seconds,
        "runs": runs,
        "undisturbed": undisturbed,
        "before": held(plan["index"]),
        "done": done,
    }
    results.write_text(json.dumps(told | {"tensorflow": "tensorflow" in sys.modules}))


if __name__ == "__main__":
    for line in sys.stdin:
        main(*map(Path, line.rstrip("\n").split("\t")))
        print("done", flush=True)
