"""Time a search from the command line, from pressing Enter to the answer.

    python -m withsense_tf.experiments.bench.bench_start [--photos 100000] [--runs 7]

An index of the demo set's hybrid is filled up with made-up photos: vectors near those of real ones, captions of real
ones. Each search is a process of its own, as a user starts it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from withsense_tf.common import terminal
from withsense_tf.common.unit import unit

if TYPE_CHECKING:
    from sqlite3 import Connection

    from withsense_tf.index.photo_index import PhotoIndex

QUERY = "a dog runs on a beach"
BATCH = 5_000
# Of each photo, the columns that a copy of it takes over.
COPIED_COLUMNS = {
    "captions": "number, caption, text, counts",
    "words": "forms, plain",
    "law": "age_limit, own_restricted, own_source, by_hand, captions, votes, evidence, restricted, source",
    "facts": "name, text, number",
}


def bench_start(
    photos: Annotated[int, typer.Option(min=200, help="Photos of the index.")] = 100_000,
    runs: Annotated[int, typer.Option(min=1, help="Searches that are timed.")] = 7,
    matcher: Annotated[str, typer.Option(help="hybrid, closed_form or two_tower.")] = "hybrid",
) -> None:
    """Time searches from the command line on a large saved index, their start included."""
    with tempfile.TemporaryDirectory(prefix="withsense-bench-") as folder:
        index = make_large_index(Path(folder), photos, matcher)
        command = [sys.executable, "-m", "withsense_tf", "search", QUERY, "--index", str(index), "--json"]
        seconds = [_time(command) for _ in range(runs)]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        heavy = heavy_imports(index)
    bare = [_time([sys.executable, "-c", "pass"]) for _ in range(runs)]
    tensorflow = [_time([sys.executable, "-c", "import tensorflow"]) for _ in range(min(runs, 3))]
    typer.echo(f"{photos:,} photos, {matcher}, {runs} searches of {QUERY!r}, each a process of its own:")
    typer.echo(f"  first {seconds[0]:.2f} s, median {np.median(seconds):.2f} s, longest {max(seconds):.2f} s")
    typer.echo(
        f"  of these, Python alone: {np.median(bare):.2f} s; imported: {heavy or 'no TensorFlow, spaCy, pandas'}"
    )
    typer.echo(f"  importing TensorFlow would take {np.median(tensorflow):.2f} s more")
    typer.echo(f"  hits: {len(answer['hits'])}, withheld: {len(answer['withheld'])}")


def make_large_index(folder: Path, photos: int, matcher: str) -> Path:
    """Return an index of a small demo set that was filled up with made-up photos."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.demo import write_demo
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.build import build_index
    from withsense_tf.matchers.fitted import fitted_matcher
    from withsense_tf.policy.current_policy import Policy

    write_demo(folder / "demo", train=160, test=40, captioned=0)
    data, policy = load_dataset(folder / "demo"), Policy.of_service()
    index = PhotoIndex.make(folder / "index")
    build_index(index, fitted_matcher(matcher, data, policy, index.store), data, policy)
    for at in terminal.track(
        range(200, photos, BATCH), -(-(photos - 200) // BATCH), "Making up", unit="batches"
    ):
        add_made_up(index, at, min(BATCH, photos - at))
    index.close()
    return folder / "index"


def add_made_up(index: PhotoIndex, at: int, count: int) -> None:
    """Write photos into the tables and vectors of an index that no file stands for."""
    from withsense_tf.index.integrity.census import put_census
    from withsense_tf.index.item import Item
    from withsense_tf.index.model_rows import Rows, put_rows

    rng = np.random.default_rng(at)
    with index.catalog.writing() as tables:
        generation = index.current(tables)
        real_rows = tables.execute(
            "SELECT row, first_caption, captions, photo FROM rows WHERE generation = ? AND row < 200",
            (generation.number,),
        ).fetchall()
        models = [real_rows[place] for place in rng.integers(0, len(real_rows), count)]
        old = np.array([row for row, *_ in models])
        vectors = {part: _near(engine.get(old), rng) for part, engine in generation.vectors.items()}
        counts = np.array([captions for _, _, captions, _ in models])
        each = None
        if generation.each_caption is not None:
            places = np.concatenate([np.arange(first, first + many) for _, first, many, _ in models])
            each = _near(generation.each_caption.get(places), rng)
        ids = [_copy_photo(tables, photo, number) for number, (*_, photo) in enumerate(models, start=at)]
        _seal_photos(tables, ids)
        put_census(tables)
        items = [Item(f"made_up_{number}.jpg", Path(), str(number)) for number in range(at, at + count)]
        put_rows(tables, generation, ids, items, Rows(vectors, each, counts))


def _copy_photo(tables: Connection, photo: int, number: int) -> int:
    """Copy a photo's rows of all tables under another name; return the id of the copy."""
    from withsense_tf.index.tables.schema import OF_PHOTO

    copy = tables.execute(
        "INSERT INTO photos (name, tag, digest, path, look, facts) "
        "SELECT ?, ?, ?, path, look, facts FROM photos WHERE id = ?",
        (f"made_up_{number}.jpg", str(number), str(number), photo),
    ).lastrowid
    tables.execute("UPDATE photos SET fold = id WHERE id = ?", (copy,))
    for table, columns in COPIED_COLUMNS.items():
        owner = OF_PHOTO[table]
        tables.execute(
            f"INSERT INTO {table} ({owner}, {columns}) SELECT ?, {columns} FROM {table} WHERE {owner} = ?",
            (copy, photo),
        )
    return int(copy or 0)


def _seal_photos(tables: Connection, ids: list[int]) -> None:
    """Seal the copies: their rows are as those of photos that were added."""
    from withsense_tf.index.integrity.seal import photo_seal, put_seals, sealed_photos, settle_seals
    from withsense_tf.index.tables.photos_table import photos_of_ids, reseal_photo
    from withsense_tf.index.tables.state_table import get_state

    for one in sealed_photos(tables, photos_of_ids(ids)):
        reseal_photo(tables, one.photo, one.item.tag, photo_seal(one.item, one.item.look))
    put_seals(tables, ids, get_state(tables, "policy"))
    settle_seals(tables)


def _near(vectors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return points near some points: half as far away as those are from nothing."""
    noise = rng.normal(0, 0.5 / np.sqrt(vectors.shape[1]), vectors.shape)
    points = vectors + noise
    return np.asarray(unit(points), np.float32)


def _time(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def heavy_imports(index: Path) -> str:
    """Return which of the large libraries a search of a new process imports; "" for none."""
    program = (
        "import sys\nfrom withsense_tf.search.search import Search\n"
        f"Search({str(index)!r})({QUERY!r})\n"
        "print(*(name for name in ('tensorflow', 'keras', 'spacy', 'sklearn', 'pandas') if name in sys.modules))"
    )
    process = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return process.stdout.strip()


if __name__ == "__main__":
    terminal.run_main(bench_start)
