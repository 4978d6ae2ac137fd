"""How fast is search? `python -m withsense_tf.experiments.bench.bench_search`.

In one run, on the same vectors: our exact index, numpy called directly, FAISS, and a plain read over the same bytes,
which no exact search can beat. They take turns, query by query, because others may share the machine: ratios of a
turn hold where times do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from withsense_tf.common import terminal
from withsense_tf.experiments.bench.search_timing import BATCH, K, Timing, show_lines, write_lines

if TYPE_CHECKING:
    import numpy as np

    from withsense_tf.experiments.bench.search_contenders import Contender, TimedEngine

T = TypeVar("T")

CLUSTERS: Final = 1_000
# How far vectors lie from the middle of their cluster; 1 is as far as the middle is from 0.
SPREAD: Final = 0.7
PORTION: Final = 50_000
# The threads of BLAS and OpenMP keep a core busy for a while after their work (OpenBLAS' for 2 ** 28 ticks, some 100
# ms): whoever is next shall not pay for it. So it waits for a rest in which the process does nothing, to this share.
REST_SECONDS: Final = 0.03
BUSY: Final = 0.1
RESTS: Final = 10
LIMIT: Final = "a plain read"
MAPPED_LIMIT: Final = "a plain read of a mapped file"


def main(
    sizes: Annotated[str, typer.Option(help="How many vectors, with commas.")] = "10000,100000,1000000",
    width: Annotated[int, typer.Option(min=1, help="Numbers in a vector.")] = 256,
    queries: Annotated[int, typer.Option(min=1, help="How many queries are asked one at a time.")] = 200,
    batches: Annotated[
        int, typer.Option(min=1, help=f"How many times {BATCH} queries are asked at once.")
    ] = 10,
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
    from withsense_tf.experiments.bench.search_contenders import choose, contenders

    taking_part = contenders() if engines is None else choose(engines)
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
        vectors, query_vectors = draw_clusters(size, width, queries, seed)
        lines += measure(taking_part, vectors, query_vectors, batches)
        write_lines(lines, folder / "search.csv")
    show_lines(lines, width, seed)
    typer.echo(f"Wrote {folder / 'search.csv'}.")


def draw_clusters(rows: int, width: int, queries: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
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


@dataclass(frozen=True, eq=False)
class Entrant:
    """An engine that takes part: its name, what it is, how long its build took, and how memory grew with it."""

    name: str
    engine: TimedEngine
    build_s: float
    grown_mb: float


@dataclass(frozen=True, eq=False)
class Times:
    """Seconds by name: of each query, of each batch; and the answers of engines to each query."""

    single: dict[str, list[float]]
    batches: dict[str, list[float]]
    answers: dict[str, list[np.ndarray]]


def measure(
    contenders: Sequence[Contender], vectors: np.ndarray, queries: np.ndarray, batches: int
) -> list[Timing]:
    """Build every engine, let them take turns, and return a line for each and for the plain reads."""
    import numpy as np

    reads = {LIMIT: plain_read(vectors)}
    many = np.tile(queries, (-(-BATCH // len(queries)), 1))[:BATCH]
    absences = {contender.name: contender.absent(len(vectors)) for contender in contenders}
    with TemporaryDirectory(prefix="withsense-bench-") as folder:
        # The system hands a file to a process in small pages, which may make reading it slower.
        vectors.tofile(Path(folder) / "plain")
        reads[MAPPED_LIMIT] = plain_read(
            np.asarray(np.memmap(Path(folder) / "plain", np.float32, "r", shape=vectors.shape))
        )
        entrants = [
            _build(contender, vectors, (queries[:1], many), Path(folder) / str(number))
            for number, contender in enumerate(contenders)
            if not absences[contender.name]
        ]
        looks = {name: look for name, (look, _) in reads.items()}
        times = _take_turns(looks, entrants, queries, [many] * batches, f"{len(vectors):,} rows")
        for entrant in entrants:
            entrant.engine.close()
    lines = [_read_timing(name, kind, vectors, times) for name, (_, kind) in reads.items()]
    by_name = {entrant.name: entrant for entrant in entrants}
    for name, reason in absences.items():
        lines.append(
            Timing(len(vectors), name, status=f"not run: {reason}")
            if reason
            else _engine_timing(by_name[name], vectors, times)
        )
    return lines


def _build(contender: Contender, vectors: np.ndarray, warm_up: Sequence[np.ndarray], folder: Path) -> Entrant:
    """Build an engine and ask it once: what happens once, as mapping the file, is not what is timed."""
    import psutil

    memory, begin = psutil.Process().memory_info().rss, time.perf_counter()
    engine = contender.build(vectors, folder)
    spent = time.perf_counter() - begin
    for queries in warm_up:
        engine.search(queries, K)
    return Entrant(contender.name, engine, spent, (psutil.Process().memory_info().rss - memory) / 1e6)


def _take_turns(
    looks: Mapping[str, Callable[[], object]],
    entrants: Sequence[Entrant],
    queries: np.ndarray,
    batches: Sequence[np.ndarray],
    rows: str,
) -> Times:
    """Time the plain reads and the engines query by query, then the engines batch by batch."""
    names = [entrant.name for entrant in entrants]
    times = Times({name: [] for name in (*looks, *names)}, {n: [] for n in names}, {n: [] for n in names})
    for at in terminal.track(range(len(queries)), len(queries), rows, "queries"):
        for name, look in looks.items():
            times.single[name].append(time_at_rest(look)[0])
        for entrant in entrants:
            spent, hits = time_at_rest(partial(entrant.engine.search, queries[at : at + 1], K))
            times.single[entrant.name].append(spent)
            times.answers[entrant.name].append(hits[0])
    for batch in terminal.track(batches, len(batches), rows, "batches"):
        for entrant in entrants:
            spent, _ = time_at_rest(partial(entrant.engine.search, batch, K))
            times.batches[entrant.name].append(spent)
    return times


def _read_timing(name: str, kind: str, vectors: np.ndarray, times: Times) -> Timing:
    import numpy as np

    p50, p99 = _percentiles(times.single[name])
    return Timing(
        len(vectors),
        f"{name} ({kind})",
        per_s=1e3 / p50,
        p50_ms=p50,
        p99_ms=p99,
        times_read=float(np.median(np.divide(times.single[name], times.single[LIMIT]))),
        index_mb=vectors.nbytes / 1e6,
    )


def _engine_timing(entrant: Entrant, vectors: np.ndarray, times: Times) -> Timing:
    import numpy as np

    from withsense_tf.experiments.bench.search_contenders import NUMPY, recall

    name, nbytes = entrant.name, entrant.engine.nbytes
    single, batches = times.single, times.batches
    p50, p99 = _percentiles(single[name])
    # A smaller index needs a shorter read.
    shortest = np.array(single[LIMIT]) * min(1.0, nbytes / vectors.nbytes)
    return Timing(
        len(vectors),
        name,
        build_s=entrant.build_s,
        per_s=1e3 / p50,
        p50_ms=p50,
        p99_ms=p99,
        times_read=float(np.median(single[name] / shortest)),
        times_numpy=float(np.median(np.divide(single[name], single[NUMPY]))),
        batch_per_s=BATCH / float(np.median(batches[name])),
        batch_times_numpy=float(np.median(np.divide(batches[name], batches[NUMPY]))),
        recall=recall(times.answers[name], times.answers[NUMPY]),
        index_mb=nbytes / 1e6,
        grown_mb=entrant.grown_mb,
    )


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

    best = min(looks, key=lambda name: min(time_at_rest(lambda: read(looks[name]))[0] for _ in range(5)))
    return lambda: read(looks[best]), best


def time_at_rest(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that `work` took, once the process was at rest, and what it returned."""
    for _ in range(RESTS):
        before = time.process_time()
        time.sleep(REST_SECONDS)
        if time.process_time() - before <= BUSY * REST_SECONDS:
            break
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def _percentiles(spent: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile in milliseconds."""
    import numpy as np

    p50, p99 = np.percentile(spent, (50, 99))
    return 1e3 * float(p50), 1e3 * float(p99)


if __name__ == "__main__":
    terminal.run_main(main)
