"""Opening what MilvusIndex searches: a Milvus Lite file or a server, and the collection in it."""

from __future__ import annotations

import contextlib
import logging
import logging.config
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from withsense_tf.errors import DataError, SettingError
from withsense_tf.index.vectors.milvus_filter import ROW
from withsense_tf.printed_commands import install_words

VECTOR = "vector"
INSTALL = f"Install it: {install_words('milvus')}"
START = "milvus-lite server --data-dir FOLDER --host 127.0.0.1 --port 19530"

# Milvus Lite runs inside the process, once a file; it ends with the last index on the file, so that others may open it.
_users: Counter[Path] = Counter()
_lock = threading.Lock()


def import_pymilvus() -> Any:
    """Import pymilvus, and let it set the levels of its own logs alone.

    It would set up logging anew for the whole process, which ends the handlers of all others: the one that TensorFlow
    brings then closes the error stream of the time when it came.
    """
    usual = logging.config.dictConfig

    def add(config: dict[str, Any]) -> None:
        usual({"version": 1, "incremental": True, "loggers": config.get("loggers", {})})

    with _lock:
        logging.config.dictConfig = add  # type: ignore[assignment]  # its name alone differs
        try:
            import pymilvus
        finally:
            logging.config.dictConfig = usual
    return pymilvus


@contextlib.contextmanager
def answers(what: str) -> Iterator[None]:
    """Turn what Milvus raises into an error that says what was asked."""
    from grpc import RpcError
    from pymilvus import MilvusException

    try:
        yield
    except (MilvusException, RpcError) as error:
        raise DataError(f"Milvus did not {what}: {getattr(error, 'message', '') or error}") from error


def connect(address: str, token: str, timeout: float) -> tuple[Any, Path | None]:
    """Return a client, and the file if the address is one."""
    try:
        pymilvus = import_pymilvus()
    except ImportError as error:
        raise SettingError(
            f"The engine milvus needs the package pymilvus, which is not here. {INSTALL}"
        ) from error
    # A server may hang up on a client that says it is alive more often than every five minutes, as pymilvus does.
    calm = {"grpc.keepalive_time_ms": 400_000}
    if re.match(r"https?://", address):
        try:
            return _client(address, token, timeout, calm), None
        except pymilvus.MilvusException as error:
            raise DataError(
                f"No Milvus server answered at {address} within {timeout:g} seconds ({error.message}). "
                f"Check the address and the token (WITHSENSE_MILVUS_TOKEN), or start a server on this machine: {START}"
            ) from error
    path = _lite_path(address)
    with _lock:
        try:
            with _quiet():
                client = pymilvus.MilvusClient(uri=str(path), timeout=timeout, grpc_options=calm)
        except (pymilvus.MilvusException, ImportError) as error:
            raise _lite_error(path, error) from error
        _users[path] += 1
    return client, path


def _client(address: str, token: str, timeout: float, options: Mapping[str, int]) -> Any:
    """Return a client of a server; one that sent clients away, for they pinged too often, is asked again."""
    import pymilvus

    try:
        return pymilvus.MilvusClient(uri=address, token=token, timeout=timeout, grpc_options=options)
    except pymilvus.MilvusException as error:
        if not sent_away(error):
            raise
        return pymilvus.MilvusClient(uri=address, token=token, timeout=timeout, grpc_options=options)


def sent_away(error: BaseException | None) -> bool:
    """Return whether an error came of a server that ended a connection because of pings, which others may have sent.

    >>> sent_away(ValueError("Too many pings")), sent_away(ValueError("refused"))
    (True, False)
    """
    causes: list[BaseException] = []
    # Errors that were raised again may be causes of each other.
    while error is not None and error not in causes:
        if "too many pings" in str(error).casefold().replace("_", " "):
            return True
        causes.append(error)
        error = error.__cause__ or error.__context__
    return False


def check_address(address: str, token: str, timeout: float = 5.0) -> None:
    """Raise if nothing can be kept there: a server that does not answer, a wrong address, a package that is missing."""
    if re.match(r"https?://", address):
        connect(address, token, timeout)[0].close()
        return
    _check_packages()
    if address:
        _lite_path(address)


def _check_packages() -> None:
    try:
        import milvus_lite  # noqa: F401  # is it here?

        import_pymilvus()  # and this?
    except ImportError as error:
        raise SettingError(
            f"A Milvus Lite file needs pymilvus and milvus-lite, and {error.name} is not here. {INSTALL}"
        ) from error


def let_go(path: Path) -> None:
    """Release a Milvus Lite file, for others to open, once nobody here uses it any more."""
    from milvus_lite import server_manager_instance

    with _lock:
        _users[path] -= 1
        if _users[path] == 0:
            server_manager_instance.release_server(str(path))


def open_collection(client: Any, name: str, width: int, kind: str, build: dict[str, int], place: str) -> None:
    """Make the collection ready for searches, and make it first if it is not there."""
    from pymilvus import DataType, MilvusException

    index = client.prepare_index_params()
    index.add_index(VECTOR, index_type=kind, index_name=VECTOR, metric_type="IP", params=build)
    with answers(f"open the collection {name!r} of {place}"):
        if not client.has_collection(name):
            schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
            schema.add_field(ROW, DataType.INT64, is_primary=True)
            schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=width)
            with _or_else(lambda: client.has_collection(name)):
                client.create_collection(name, schema=schema, consistency_level="Strong")
        _check(client, name, width, kind, place)
        if not client.list_indexes(name, VECTOR):
            with _or_else(lambda: client.list_indexes(name, VECTOR)):
                client.create_index(name, index, sync=False)
        try:
            client.load_collection(name)
        except MilvusException:
            # A process that is killed while it writes an HNSW graph leaves half a file, and Milvus Lite trusts it.
            client.release_collection(name)
            client.drop_index(name, VECTOR)
            client.create_index(name, index)
            client.load_collection(name)


@contextlib.contextmanager
def _or_else(is_there: Callable[[], Any]) -> Iterator[None]:
    # What fails may fail because another process does the same, and was faster.
    from pymilvus import MilvusException

    try:
        yield
    except MilvusException:
        if not is_there():
            raise


def _check(client: Any, name: str, width: int, kind: str, place: str) -> None:
    from pymilvus import DataType

    there = client.describe_collection(name)
    fields = {field["name"]: field for field in there["fields"]}
    key, vector = fields.get(ROW, {}), fields.get(VECTOR, {})
    ours = key.get("is_primary") and key.get("type") == DataType.INT64 and not there.get("auto_id")
    if not (ours and vector.get("type") == DataType.FLOAT_VECTOR and there.get("enable_dynamic_field")):
        raise DataError(
            f"The collection {name!r} of {place} was not made by withsense_tf: it must have the fields {ROW} (the "
            f"primary key, INT64) and {VECTOR} (FLOAT_VECTOR), and dynamic fields. Choose another name."
        )
    wide = int(vector["params"]["dim"])
    if wide != width:
        raise DataError(
            f"The collection {name!r} of {place} has vectors of width {wide}, expected {width}. "
            "Choose another name, or drop the collection and index the photos again."
        )
    for index in client.list_indexes(name, VECTOR):
        graph = client.describe_index(name, index)
        if (graph["metric_type"], graph["index_type"]) != ("IP", kind):
            raise DataError(
                f"The collection {name!r} of {place} is a {graph['index_type']} index by {graph['metric_type']}, "
                f"expected {kind} by IP. Choose another name, or the kind that is there if it is FLAT or HNSW by IP."
            )


def _lite_path(address: str) -> Path:
    path = Path(address).absolute()
    if path.suffix != ".db":
        raise SettingError(
            f"The Milvus address {address!r} is neither a server (http://host:port) nor a Milvus Lite file, "
            "whose name must end in .db."
        )
    foreign = path.is_dir() and any(path.iterdir()) and not (path / "collections").is_dir()
    if path.is_file() or foreign:
        raise DataError(
            f"{path} is no Milvus Lite file (Milvus Lite 3 makes a folder of that name; files of Milvus Lite 2 are not "
            "read). Choose another path, or move it away."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _lite_error(path: Path, error: Exception) -> Exception:
    if "milvus-lite is required" in str(error) or isinstance(error, ImportError):
        return SettingError(f"A Milvus Lite file needs the package milvus-lite, which is not here. {INSTALL}")
    if _is_locked(path / "LOCK"):
        return DataError(
            f"The Milvus Lite file {path} is open in another process, and only one at a time can use it. Close it "
            f"there, or let a server own the file and give its address to both: {START.replace('FOLDER', str(path))}"
        )
    return DataError(
        f"The Milvus Lite file {path} cannot be opened ({error.__cause__ or error}). Is it damaged?"
    )


def _is_locked(lock: Path) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    # Milvus Lite logs a traceback for what we say in a sentence.
    logger = logging.getLogger("milvus_lite.server_manager")
    was, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = was
