"""How fast is search? `python -m withsense_tf.experiments.bench.bench_search`.

In one run, on the same vectors: our exact index, numpy called directly, FAISS, and a plain read over the same bytes,
which no exact search can beat. They take turns, query by query, because others may share the machine: ratios of a
turn hold where times do not.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from withsense_tf.common import terminal

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.experiments.bench.search_contenders import Contender, TimedEngine

T = TypeVar("T")

K: Final = 10
BATCH: Final = 64
CLUSTERS: Final = 1_000
# How far vectors lie from the middle of their cluster; 1 is as far as the middle is from 0.
SPREAD: Final = 0.7
PORTION: Final = 50_000
# The threads of BLAS and OpenMP keep a core busy for a while after their work (OpenBLAS' for 2 ** 28 ticks, some 100
# ms): whoever is next shall not pay for it. So it waits for a rest in which the process does nothing, to this share.
REST_SECONDS: Final = 0.03
BUSY: Final = 0.1
RESTS: Final = 10
WIDE: Final = 170
LIMIT: Final = "a plain read"
MAPPED: Final = "a plain read of a mapped file"


@dataclass(frozen=True)
class Timing:
    """What was measured of one engine; `None` where it was not. Ratios are medians of the ratios of each turn."""

    rows: int
    engine: str
    build_s: float | None = None
    per_s: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    times_read: float | None = None
    times_numpy: float | None = None
    batch_per_s: float | None = None
    batch_times_numpy: float | None = None
    recall: float | None = None
    index_mb: float | None = None
    grown_mb: float | None = None
    status: str = "ok"


HEADS: Final = {
    "rows": "rows",
    "engine": "engine",
    "build_s": "build s",
    "per_s": "queries/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "times_read": "x read",
    "times_numpy": "x numpy",
    "batch_per_s": f"queries/s by {BATCH}",
    "batch_times_numpy": f"x numpy by {BATCH}",
    "recall": f"recall@{K}",
    "index_mb": "index MB",
    "grown_mb": "RSS + MB",
    "status": "status",
}


def main(
    sizes: Annotated[str, typer.Option(help="How many vectors, with commas.")] = "10000,100000,1000000",
    width: Annotated[int, typer.Option(min=1, help="Numbers in a vector.")] = 256,
    queries: Annotated[int, typer.Option(min=1, help="So many are asked one at a time.")] = 200,
    batches: Annotated[int, typer.Option(min=1, help=f"So many times {BATCH} are asked at once.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the vectors and queries.")] = 0,
    engines: Annotated[
        str | None,
        typer.Option(
            help="Who takes part, with commas, as float32,float16,faiss; numpy always does.",
            show_default="all",
        ),
    ] = None,
    output: Annotated[Path, typer.Option(help="Where search.csv goes.")] = Path("artifacts"),
) -> None:
    """Time searches in random clustered vectors, and print ratios to numpy and to reading the memory."""
    from withsense_tf.errors import SettingError
    from withsense_tf.experiments.bench.bench_machine import machine
    from withsense_tf.experiments.bench.search_contenders import chosen, contenders

    taking_part = contenders() if engines is None else chosen(engines)
    try:
        numbers = [int(size) for size in sizes.split(",")]
    except ValueError as error:
        raise SettingError(
            f"--sizes must be whole numbers with commas, as 10000,100000, got {sizes!r}."
        ) from error
    if min(numbers) < K:
        raise SettingError(f"--sizes must be {K} or more, got {sizes!r}.")
    folder = terminal.output_folder(output)
    typer.echo(f"Measured on {machine()}.")
    lines: list[Timing] = []
    for size in numbers:
        vectors, asked = clustered(size, width, queries, seed)
        lines += measure(taking_part, vectors, asked, batches)
        write(lines, folder / "search.csv")
    show(lines, width, seed)
    typer.echo(f"Wrote {folder / 'search.csv'}.")


def clustered(rows: int, width: int, queries: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors of length 1 around common middles, (rows, width), and queries made in the same way."""
    import numpy as np

    rng = np.random.default_rng(seed)
    middles = rng.standard_normal((CLUSTERS, width), np.float32)
    total = rows + queries
    vectors = np.empty((total, width), np.float32)
    for start in range(0, total, PORTION):
        part = vectors[start : start + PORTION]
        rng.standard_normal(dtype=np.float32, out=part)
        part *= SPREAD
        part += middles[rng.integers(0, CLUSTERS, len(part))]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors[:rows], vectors[rows:].copy()


def measure(
    contenders: Sequence[Contender], vectors: np.ndarray, queries: np.ndarray, batches: int
) -> list[Timing]:
    """Build every engine, let them take turns, and return a line for each and for the plain reads."""
    import numpy as np
    import psutil

    from withsense_tf.experiments.bench.search_contenders import NUMPY, recall

    reads = {LIMIT: plain_read(vectors)}
    many = np.tile(queries, (-(-BATCH // len(queries)), 1))[:BATCH]
    engines: dict[str, TimedEngine] = {}
    built: dict[str, tuple[float, float]] = {}
    missing = {contender.name: contender.absent(len(vectors)) for contender in contenders}
    with TemporaryDirectory(prefix="withsense-bench-") as folder:
        # The system hands a file to a process in small pages, which may make reading it slower.
        vectors.tofile(Path(folder) / "plain")
        mapped = np.asarray(np.memmap(Path(folder) / "plain", np.float32, "r", shape=vectors.shape))
        reads[MAPPED] = plain_read(mapped)
        for number, contender in enumerate(contenders):
            if missing[contender.name]:
                continue
            memory, begin = psutil.Process().memory_info().rss, time.perf_counter()
            engine = contender.build(vectors, Path(folder) / str(number))
            spent = time.perf_counter() - begin
            engine.search(queries[:1], K)  # what happens once, as mapping the file, is not what is timed
            engine.search(many, K)
            engines[contender.name] = engine
            built[contender.name] = (spent, (psutil.Process().memory_info().rss - memory) / 1e6)
        answers: dict[str, list[np.ndarray]] = {name: [] for name in engines}
        single: dict[str, list[float]] = {name: [] for name in (*reads, *engines)}
        batched: dict[str, list[float]] = {name: [] for name in engines}
        for at in terminal.track(range(len(queries)), len(queries), f"{len(vectors):,} rows", "queries"):
            for name, (look, _) in reads.items():
                single[name].append(timed(look)[0])
            for name, engine in engines.items():
                spent, rows = timed(partial(engine.search, queries[at : at + 1], K))
                single[name].append(spent)
                answers[name].append(rows[0])
        for _ in terminal.track(range(batches), batches, f"{len(vectors):,} rows", "batches"):
            for name, engine in engines.items():
                batched[name].append(timed(partial(engine.search, many, K))[0])
        for engine in engines.values():
            engine.close()
    lines = []
    for name, (_, how) in reads.items():
        p50, p99 = _percentiles(single[name])
        ratio = float(np.median(np.divide(single[name], single[LIMIT])))
        size = vectors.nbytes / 1e6
        lines.append(
            Timing(
                len(vectors), f"{name} ({how})", None, 1e3 / p50, p50, p99, times_read=ratio, index_mb=size
            )
        )
    for contender in contenders:
        name = contender.name
        if name not in engines:
            lines.append(Timing(len(vectors), name, status=f"not run: {missing[name]}"))
            continue
        nbytes = engines[name].nbytes
        p50, p99 = _percentiles(single[name])
        # A smaller index needs a shorter read.
        shortest = np.array(single[LIMIT]) * min(1.0, nbytes / vectors.nbytes)
        lines.append(
            Timing(
                len(vectors),
                name,
                build_s=built[name][0],
                per_s=1e3 / p50,
                p50_ms=p50,
                p99_ms=p99,
                times_read=float(np.median(single[name] / shortest)),
                times_numpy=float(np.median(np.divide(single[name], single[NUMPY]))),
                batch_per_s=BATCH / float(np.median(batched[name])),
                batch_times_numpy=float(np.median(np.divide(batched[name], batched[NUMPY]))),
                recall=recall(answers[name], answers[NUMPY]),
                index_mb=nbytes / 1e6,
                grown_mb=built[name][1],
            )
        )
    return lines


def plain_read(vectors: np.ndarray) -> tuple[Callable[[], object], str]:
    """Return the quickest way that numpy has to look at every byte once, with all cores, and its name."""
    import numpy as np

    from withsense_tf.index.vectors.cores import share

    flat = vectors.reshape(-1)
    step = 1 << 20
    blocks = range(0, len(flat), step)
    looks: dict[str, Callable[[np.ndarray], object]] = {
        "or": lambda part: np.bitwise_or.reduce(part.view(np.int32)),
        "max": lambda part: part.view(np.int32).max(),
        "dot": lambda part: np.dot(part, part),
    }

    def read(look: Callable[[np.ndarray], object]) -> object:
        return share(lambda starts: [look(flat[start : start + step]) for start in starts], blocks)

    best = min(looks, key=lambda name: min(timed(lambda: read(looks[name]))[0] for _ in range(5)))
    return lambda: read(looks[best]), best


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that `work` took, once the process was at rest, and what it returned."""
    for _ in range(RESTS):
        before = time.process_time()
        time.sleep(REST_SECONDS)
        if time.process_time() - before <= BUSY * REST_SECONDS:
            break
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def write(lines: Sequence[Timing], path: Path) -> None:
    """Write the lines as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.DictWriter(stream, list(HEADS))
        rows.writeheader()
        rows.writerows(asdict(line) for line in lines)


def show(lines: Sequence[Timing], width: int, seed: int) -> None:
    """Print the lines as a table."""
    from rich.console import Console
    from rich.table import Table

    title = f"k={K}, width {width}, seed {seed}; x: times as long, so less is better"
    table = Table(*HEADS.values(), title=title)
    for line in lines:
        table.add_row(*("" if cell is None else _text(cell) for cell in asdict(line).values()))
    # A file or a narrow terminal must not cut the figures off.
    Console(width=max(Console().width, WIDE)).print(table)


def _percentiles(spent: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds."""
    import numpy as np

    p50, p99 = np.percentile(spent, (50, 99))
    return 1e3 * float(p50), 1e3 * float(p99)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


if __name__ == "__main__":
    terminal.run_main(main)
