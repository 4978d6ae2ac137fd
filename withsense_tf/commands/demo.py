"""`withsense demo`: draw photos, index them by two models, and open the page before them."""

from __future__ import annotations

import csv
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import typer

from withsense_tf.commands.index_options import REPORTS, ReportsOption
from withsense_tf.common.atomic_files import whole_file
from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.catalog import MARK, TABLES
from withsense_tf.index.integrity.table_errors import no_index
from withsense_tf.printed_commands import command_line

PHOTOS, INDEX = "photos", "index"
NAME: Final = "demonstration"
# Beside the package's own rules one for a place where nobody lives, so that the difference can be seen.
NO_RULE: Final = """
[[rules]]
country = "AQ"
rule = "none"
note = "for the demonstration alone"
"""
LAW_FILES: Final = {
    "countries": "countries.toml",
    "overrides": "overrides.csv",
    "consents": "consents.jsonl",
    "audit": "audit.jsonl",
}
# The one before stays in the index, to be compared with.
MODELS: Final = ("closed_form", "hybrid")
CAMERAS: Final = ("Canon EOS R6", "Fujifilm X100V", "Leica M6", "Nikon D90", "Nikon Z6")
AUTHORS: Final = ("Ada Berg", "Ivo Novak", "Mira Lund", "Tom Reyes")
FIRST_DAY, DAYS = date(2021, 1, 1), 5 * 365
USUAL_PORT: Final = 8000
SECONDS_BETWEEN_LOOKS: Final = 0.3
SECONDS_TO_END: Final = 3.0
INTERRUPT_CODE: Final = 130  # as shells have it
PROGRAM: Final = (sys.executable, "-m", "withsense_tf")


@dataclass(frozen=True)
class Step:
    """Something that is missing: what to say, the command that makes it, its mark, and what is done before.

    `size` is written into the mark.
    """

    sentence: str
    command: tuple[str, ...]
    mark: Path
    size: str = ""
    finish: Callable[[], None] | None = None


def demo(
    folder: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path("artifacts") / NAME,
    photos: Annotated[int, typer.Option(min=15, help="How many photos to draw.")] = 240,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The port, or the next one that is free.")
    ] = USUAL_PORT,
    reports: ReportsOption = REPORTS,
    browser: Annotated[bool, typer.Option(help="Open a browser, where there is one.")] = True,
    serve: Annotated[
        bool, typer.Option(help="Serve the page in the end; else only make what is missing.")
    ] = True,
) -> None:
    """Make what is missing of a demonstration, and serve its page on this machine alone."""
    write_law(folder)
    steps = list(missing_steps(folder, photos))
    for number, step in enumerate(steps, start=1):
        typer.echo(f"{number} of {len(steps)}: {step.sentence}")
        run(step.command)
        if step.finish is not None:
            step.finish()
        step.mark.write_text(step.size, encoding="utf-8")
    if other_size := drawn_size(folder, photos):
        typer.echo(f"{folder} has {other_size} photos; for {photos} name another --folder.")
    if not steps:
        typer.echo(f"Everything is made already. Looking whether the rules in {folder} have changed.")
        # A newer package may have other rules.
        run(("index", "judge", "--index", str(folder / INDEX), *law_options(folder)))
    if not serve:
        return
    at = free_port(port)
    if browser:
        open_later(at)
    run(
        (
            "serve",
            "--index",
            str(folder / INDEX),
            "--port",
            str(at),
            "--reports",
            str(reports),
            # The address stays in sight.
            "--quiet",
            *law_options(folder),
        )
    )


def missing_steps(folder: Path, photos: int) -> Iterator[Step]:
    """Yield what is still to be made; a step that was stopped is done again."""
    photos_mark = folder / f"{PHOTOS}.done"
    # A mark alone is left where somebody removed what it marks.
    if not (photos_mark.exists() and (folder / PHOTOS).is_dir()):
        test = max(3, photos // 5)
        numbers = ("--train", str(photos - test), "--test", str(test), "--captioned", "0")
        target = folder / PHOTOS
        command = ("data", "demo", str(target), *numbers)
        yield Step(
            f"Drawing {photos} photos", command, photos_mark, str(photos), partial(write_columns, target)
        )
    has_index = (folder / INDEX / TABLES).exists()
    for model in MODELS:
        mark = folder / f"{model}.done"
        if not (mark.exists() and has_index):
            where = (str(folder / PHOTOS), "--index", str(folder / INDEX), "--matcher", model)
            yield Step(
                f"Training {model} and indexing", ("index", "build", *where, *law_options(folder)), mark
            )


def drawn_size(folder: Path, photos: int) -> str:
    """Return how many photos were drawn, where that is another number; an older mark does not say it."""
    size = (folder / f"{PHOTOS}.done").read_text(encoding="utf-8")
    return "" if size in ("", str(photos)) else size


def write_columns(folder: Path) -> None:
    """Give each photo a camera, a day and an author by lot, so that there is something to filter by."""
    # Late: what reads tables takes a second to import.
    from withsense_tf.data.photo_facts import IMAGE, TABLE

    lot = random.Random(0)
    names = sorted(file.name for file in folder.glob("*_images/*.jpg"))
    with whole_file(folder / TABLE) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow((IMAGE, "camera", "date", "author"))
        for name in names:
            day = FIRST_DAY + timedelta(days=lot.randrange(DAYS))
            writer.writerow((name, lot.choice(CAMERAS), day.isoformat(), lot.choice(AUTHORS)))


def write_law(folder: Path) -> None:
    """Write the files of the law where they are not there yet: reviewers may change them."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = files("withsense_tf.policy.texts").joinpath("rules", "countries.toml").read_text(encoding="utf-8")
    contents = {
        "countries": rules + NO_RULE,
        "overrides": "photo,digest,decision,by,reason\n",
        "consents": "",
    }
    for name, content in contents.items():
        if not (file := folder / LAW_FILES[name]).exists():
            with whole_file(file) as draft:
                draft.write_text(content, encoding="utf-8")


def law_options(folder: Path) -> list[str]:
    """Return the options that name the files of the law."""
    return [part for name, file in LAW_FILES.items() for part in (f"--{name}", str(folder / file))]


def check_index(folder: Path, *words: str) -> None:
    """Raise where a folder is no index and the demonstration's is beside it."""
    other = folder.parent / NAME
    if (folder / MARK).exists() or not (other / INDEX / MARK).exists():
        return
    command = command_line(*words, "--index", other / INDEX, *law_options(other))
    raise DataError(f"{no_index(folder)} Or ask the demonstration's: {command}")


def run(command: tuple[str, ...]) -> None:
    """Run a command of this package in a process of its own, which gives back its memory.

    Ctrl-C reaches that process, too, and it ends what is under way; a signal to this one alone (`kill`) is passed on.
    """
    # Else what kills this process would leave its server at the port.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with subprocess.Popen([*PROGRAM, *command]) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
            process.terminate()  # who is ending goes on with it
            process.wait()
            # A server that is stopped did what it should; a step did not.
            raise typer.Exit(0 if command[0] == "serve" else INTERRUPT_CODE) from None
    if code:
        raise SettingError(
            f"The step failed: {command_line(*command)} (exit code {code}). What it said is above. "
            "Mend it and run the demonstration again: it goes on from there."
        )


def free_port(port: int, tries: int = 20) -> int:
    """Return the first port from this one on that nobody listens at; behind the last port come the usual ones."""
    for number in chain(range(port, min(port + tries, 65536)), range(USUAL_PORT, USUAL_PORT + tries)):
        if not is_served(number):
            return number
    raise SettingError(f"Others listen at the {tries} ports from {port} on; name another one with --port.")


def is_served(port: int) -> bool:
    """Return whether a program listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def open_later(port: int) -> None:
    """Open a browser once the server listens, for which it first loads what its page needs."""
    threading.Thread(target=_open, args=[port], daemon=True).start()


def _open(port: int) -> None:
    """Wait for the server, however long it loads; where there is no browser, the address is said all the same."""
    while not is_served(port):
        time.sleep(SECONDS_BETWEEN_LOOKS)
    address = f"http://127.0.0.1:{port}/"
    try:
        webbrowser.get().open(address)
    except webbrowser.Error:
        typer.echo(f"Open {address} in a browser.")
