"""`--track mlflow:URI`: the rows of a run beside others in MLflow, for teams that keep their experiments there."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typer

from withsense_tf.errors import SettingError
from withsense_tf.evaluation.regression_gate import Row
from withsense_tf.evaluation.row_status import number, was_run
from withsense_tf.experiments.runs.stored_runs import RESULTS, StoredRun
from withsense_tf.printed_commands import install_words

PREFIX: Final = "mlflow:"
SERVERS: Final = ("http", "https")
SCHEMES: Final = ("file", "sqlite", *SERVERS)
PLACES: Final = "expected mlflow:sqlite:///FILE.db, mlflow:http://SERVER or https://SERVER, or mlflow:FOLDER or file:///FOLDER"
# What a figure is of, and what it was made with.
TAGS: Final = (
    *("run", "key", "data", "fingerprint", "policy", "law_files", "code", "weights", "status", "best"),
    *("matcher", "split", "track"),
)
PARAMETERS: Final = ("matcher", "track", "photo", "text", "weights", "split", "seed", "target")
PAGE: Final = "index.html"
# As stores have them: MLflow before 2.8 took no more of a parameter.
PARAMETER_SIGNS: Final = 500
TAG_SIGNS: Final = 5000
# It must send nothing to anybody who was not named, wait for no server that is gone, and write the folder that was.
ENVIRONMENT: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_ALLOW_FILE_STORE": "true",
}

FOLDER_NOTE: Final = (
    "MLflow reads a folder only where MLFLOW_ALLOW_FILE_STORE=true is set; a file of SQLite (mlflow:sqlite:///runs.db) "
    "needs nothing."
)


@dataclass(frozen=True)
class Tracker:
    """A store of MLflow's: the address that was asked for, and what talks to it."""

    address: str
    client: Any

    @classmethod
    def of(cls, text: str) -> Tracker:
        """Open what `--track` names; raise, before the work starts, where nothing could be logged there."""
        uri = uri_of(text)
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            from mlflow import MlflowClient
        except ImportError as error:
            raise SettingError(
                f"{PREFIX} needs MLflow, which is not installed: {install_words('mlflow')}. Without "
                f"it, each run has its {RESULTS}, and compare list, show and diff read them."
            ) from error
        logging.getLogger("mlflow").setLevel(logging.WARNING)  # else it tells of each table that it makes
        with _store_answers(text):
            if (folder := folder_of(uri)) is not None:
                folder.mkdir(parents=True, exist_ok=True)
            client = MlflowClient(tracking_uri=uri)
            client.search_experiments(max_results=1)
        return cls(text, client)

    def log(self, run: StoredRun) -> list[str]:
        """Log every row of a run that is not there yet, each with the run's page; return the ids of the new ones."""
        with _store_answers(self.address):
            experiment = self._experiment_of(run)
            there = self._rows_there(experiment)
            rows = [{"run": run.name} | dict(row) for row in run.base.rows]  # merged rows have their own
            return [self._log_row(experiment, run, row) for row in rows if _name_of(row) not in there]

    def _experiment_of(self, run: StoredRun) -> str:
        """Return the experiment of the run's data: figures of other photos do not belong into one table."""
        name = f"withsense_tf: {run.in_all_rows('data') or 'unnamed data'}"
        found_one = self.client.get_experiment_by_name(name)
        if found_one is not None:
            return str(found_one.experiment_id)
        uri = self.client.tracking_uri
        folder = folder_of(uri) if uri.startswith("sqlite:") else None
        # Else a database's pages would lie below whatever folder the command was started in.
        place = None if folder is None else (folder / "mlartifacts").as_uri()
        return str(self.client.create_experiment(name, artifact_location=place))

    def _rows_there(self, experiment: str) -> set[tuple[str, ...]]:
        """Return which rows are logged; what was begun and not ended is deleted, and logged again."""
        names, token = set(), None
        while True:
            some = self.client.search_runs([experiment], max_results=1000, page_token=token)
            for one in some:
                if one.info.status in ("FINISHED", "FAILED"):
                    names.add(_name_of(one.data.tags))
                elif "run" in one.data.tags:
                    self.client.delete_run(one.info.run_id)
            token = some.token
            if not token:
                return names

    def _log_row(self, experiment: str, run: StoredRun, row: Row) -> str:
        from mlflow.entities import Metric, Param, RunTag

        file = run.base.file
        end = int(file.stat().st_mtime * 1000)
        begin = end if run.when is None else int(run.when.timestamp() * 1000)
        tags = {name: str(row[name])[:TAG_SIGNS] for name in TAGS if row.get(name) not in (None, "")}
        title = f"{row.get('matcher')} ({row.get('split')})"
        new_run = self.client.create_run(experiment, start_time=begin, tags=tags, run_name=title)
        self.client.log_batch(
            new_run.info.run_id,
            metrics=[Metric(name, value, end, 0) for name, value in metrics_of(row).items()],
            params=[Param(name, value) for name, value in parameters_of(row).items()],
            tags=[RunTag("machine", run.base.machine)] if run.base.machine else [],
        )
        for one in (file.with_name(PAGE), file):
            if one.is_file():
                self.client.log_artifact(new_run.info.run_id, str(one))
        status = "FINISHED" if was_run(row) else "FAILED"
        self.client.set_terminated(new_run.info.run_id, status, end_time=max(begin, end))
        return str(new_run.info.run_id)


def track_run(run: StoredRun, text: str) -> None:
    """Log a run where `--track` says, and tell so."""
    new_runs = Tracker.of(text).log(run)
    typer.echo(f"Logged {len(new_runs)} of {len(run.base.rows)} rows: {_without_password(text)}")
    if uri_of(text).lower().startswith("file:"):
        typer.echo(FOLDER_NOTE)


def uri_of(text: str) -> str:
    """Return where MLflow keeps runs, as it writes it.

    >>> uri_of("mlflow:http://127.0.0.1:5000"), uri_of("mlflow:sqlite:///runs.db")
    ('http://127.0.0.1:5000', 'sqlite:///runs.db')
    """
    uri = text.removeprefix(PREFIX).strip()
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", uri)  # of one letter it is a drive
    if not text.startswith(PREFIX) or not uri or (scheme and scheme[1].lower() not in SCHEMES):
        raise SettingError(f"{_without_password(text)!r} is no place to track runs: {PLACES}.")
    if scheme is None:
        return Path(uri).absolute().as_uri()
    if scheme[1].lower() == "sqlite" and not re.match(r"sqlite:///[^/?#]|sqlite:////[^/?#]", uri):
        raise SettingError(f"{text!r} names no file of SQLite: {PLACES}.")
    return uri


def folder_of(uri: str) -> Path | None:
    """Return the folder that a store of this machine lies in; None of a server."""
    if _is_server(uri):
        return None
    if uri.startswith("sqlite:///"):
        return Path(uri.removeprefix("sqlite:///").partition("?")[0]).absolute().parent
    from mlflow.utils.file_utils import local_file_uri_to_path

    return Path(local_file_uri_to_path(uri)).absolute()


def metrics_of(row: Row) -> dict[str, float]:
    """Return the figures of a row by names that MLflow takes.

    >>> metrics_of({"matcher": "towers", "seed": 0, "r@5": 0.9, "rmse": None, "ndcg@10": 0.8})
    {'r_at_5': 0.9, 'ndcg_at_10': 0.8}
    """
    others = {*TAGS, *PARAMETERS, "config"}
    figures = {name: number(row, name) for name in row if name not in others}
    return {name.replace("@", "_at_"): value for name, value in figures.items() if value is not None}


def parameters_of(row: Row) -> dict[str, str]:
    """Return what a row was made with, the settings of its model one by one."""
    parameters: dict[str, Any] = {name: row[name] for name in PARAMETERS if row.get(name) not in (None, "")}
    try:
        config = json.loads(str(row.get("config") or "{}"))
    except ValueError:
        config = {"config": row["config"]}
    if isinstance(config, Mapping):
        parameters |= {re.sub(r"[^\w. /-]", "_", f"config.{name}"): value for name, value in config.items()}
    return {name: str(value)[:PARAMETER_SIGNS] for name, value in parameters.items()}


def _name_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells a row of a run from all others, also where runs of several machines were merged."""
    return tuple(str(row.get(name) or "") for name in ("run", "matcher", "split", "fingerprint", "status"))


def _is_server(uri: str) -> bool:
    return uri.partition(":")[0].lower() in SERVERS


def _without_password(text: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", text)


@contextmanager
def _store_answers(text: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # its servers, databases and folders raise errors of many libraries
        reason = _without_password(" ".join(str(error).split())[:300] or type(error).__name__)
        raise SettingError(
            f"{_without_password(text)}: MLflow could not read or write there ({reason}). Check that it is there and "
            "may be written; compare track RUN URI logs a run that was made."
        ) from error
