"""`withsense serve`: the web page and the API over an index."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.demo import check_index
from withsense_tf.commands.index_options import (
    DEFAULT_INDEX,
    REPORTS,
    IndexOption,
    PolicyReportOption,
    ReportsOption,
    StateOption,
)
from withsense_tf.commands.index_reports import warn_of_gone_photos
from withsense_tf.errors import SettingError
from withsense_tf.file_access import words_of
from withsense_tf.policy.options import CountryOption, keeps_law
from withsense_tf.printed_commands import command_line, install_words

if TYPE_CHECKING:
    from withsense_tf.app.settings import AppSettings
    from withsense_tf.policy.service import LawFiles

NEEDS = ("fastapi", "uvicorn", "httptools", "prometheus_client", "python_multipart", "js_lib_htmx")

# By name, too: the loop of one of several workers.
EVEN_LOOP = "withsense_tf.app.guards.even_workers:EvenLoop"


@keeps_law
def serve(
    index: IndexOption = DEFAULT_INDEX,
    host: Annotated[str, typer.Option(help="Where to listen; other machines need --keys.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 1,
    keys: Annotated[Path | None, typer.Option(help="The file of API keys (see `keys create`).")] = None,
    country: CountryOption = None,
    fixed_country: Annotated[
        bool, typer.Option("--fixed-country", help="Requests may name no other country.")
    ] = False,
    host_name: Annotated[
        list[str] | None, typer.Option(help="A name by which the server is called; again and again.")
    ] = None,
    state: StateOption = None,
    reports: ReportsOption = REPORTS,
    policy_report: PolicyReportOption = None,
    rate: Annotated[float, typer.Option(min=0, help="Requests a second of one client; 0: no limit.")] = 100.0,
    burst: Annotated[int, typer.Option(min=1, help="Requests of one client at once.")] = 400,
    upload_mb: Annotated[int, typer.Option(min=1, help="The largest photo, in MB.")] = 30,
    drain: Annotated[int, typer.Option(min=1, help="Seconds for requests under way at its end.")] = 20,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log no requests but refused ones.")] = False,
    *,
    law: LawFiles,
) -> None:
    """Serve the web page and the API; stop it with Ctrl-C."""
    prepare(index)
    from withsense_tf.app.settings import AppSettings

    settings = AppSettings(
        index=index.absolute(),
        state=None if state is None else state.absolute(),
        host=host,
        port=port,
        workers=workers,
        keys=None if keys is None else keys.absolute(),
        reports=reports.absolute(),
        policy_report=None if policy_report is None else policy_report.absolute(),
        host_names=tuple(host_name or ()),
        country=country,
        fixed_country=fixed_country,
        rate=rate,
        burst=burst,
        upload_bytes=upload_mb * 1_000_000,
        drain_seconds=drain,
        quiet=quiet,
        law=law,
    )
    check(settings)
    check_port(settings)
    run(settings)


def prepare(index: Path) -> None:
    """Raise where there is no index, or what a server needs is not installed; let each search keep to one core."""
    check_index(index, "serve")
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        raise SettingError(f"A server needs {', '.join(missing)}, not here. Install: {install_words('app')}")
    # One search is one core's work: several at a time share the cores better than each of them does.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def check(settings: AppSettings) -> None:
    """Raise before anything listens: a worker that cannot start would be started again and again."""
    # Not the index itself, whose models would be imported here, too: workers wait for this to end.
    from withsense_tf.index.catalog import Catalog

    settings.check_open_to_others()
    catalog = Catalog(settings.index)
    warn_of_gone_photos(catalog)
    catalog.close()
    warn_of_new_state(settings)
    warn_of_rights(settings)
    if settings.keys is not None:
        from withsense_tf.app.api_keys import KeyRing

        if not any(key.revoked_on is None for key in KeyRing(settings.keys).all_keys()):
            raise SettingError(
                f"{settings.keys} has no key that opens anything. Make one: "
                + command_line("keys", "create", "NAME", options={"--keys": settings.keys})
            )


def warn_of_rights(settings: AppSettings) -> None:
    """Raise where a file that answers need cannot be used, and say which one only changes need, or is damaged."""
    from withsense_tf.app.guards.file_rights import check_start, state_damage

    if reasons := check_start(settings):
        others = f" The same holds for {len(reasons) - 1} more." if len(reasons) > 1 else ""
        typer.echo(f"Warning: nothing can be decided or brought here. {reasons[0]}{others}", err=True)
    for line in state_damage(settings.state_folder):
        typer.echo(f"Warning: {line}", err=True)


def warn_of_new_state(settings: AppSettings) -> None:
    """Say that links and the trail of before are in another folder, where the index's own has them."""
    from withsense_tf.app.photo_ids import KEY_FILE
    from withsense_tf.index.trail.decision_trail import STATE, TRAIL

    own_folder = settings.index / STATE
    files = [name for name in (KEY_FILE, TRAIL) if (own_folder / name).exists()]
    is_elsewhere = settings.state_folder.resolve() != own_folder.resolve()
    if files and is_elsewhere and not (settings.state_folder / KEY_FILE).exists():
        typer.echo(
            f"Warning: {settings.state_folder} is new, so photos get new ids and no decision of before is shown: "
            f"{own_folder} has {' and '.join(files)}. Leave --state out, or copy these files there first.",
            err=True,
        )


def check_port(settings: AppSettings) -> None:
    """Raise where nobody can listen at the port: the server would say so only behind its models, and with a trace."""
    from withsense_tf.commands.demo import free_port

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # A server that has just ended holds no port.
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        where = f"port {settings.port} of {settings.host}"
        if error.errno == errno.EADDRINUSE:
            message = (
                f"Another program listens at {where}. This one is free: --port {free_port(settings.port + 1)}"
            )
        else:
            message = f"Nobody can listen at {where} ({words_of(error)}). Choose others: --host, --port."
        raise SettingError(message) from error


def run(settings: AppSettings) -> None:
    """Listen until the server is told to stop."""
    typer.echo(f"Loading {settings.index} and the first page; on a busy machine this takes a minute.")
    settings.to_environment()
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    if settings.workers > 1:
        counts = settings.state_folder / "counts"
        shutil.rmtree(counts, ignore_errors=True)  # those of the run before
        counts.mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    # Else each thread of a worker keeps memory of its own that it does not use.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    from uvicorn import Config

    from withsense_tf.app.guards.watched_workers import serve_until_stopped

    config = Config(
        "withsense_tf.app.server:app_of_environment",
        factory=True,
        # By name: workers, which are processes of their own, import it.
        http="withsense_tf.app.guards.slow_heads:HeadTimer",
        loop=EVEN_LOOP if settings.workers > 1 and os.name == "posix" else "auto",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=settings.drain_seconds,
        # Requests have their own guards, and these lines would say what was asked for.
        log_config=None,
    )
    place = f"{settings.index} at http://{settings.host}:{settings.port}/"
    serve_until_stopped(config, lambda: typer.echo(f"Serving {place} (stop with Ctrl-C)"))
