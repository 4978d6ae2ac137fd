"""The server as a process: it refuses what is not safe, shares one index among workers, and ends what it began."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_port
from full_files import without_rights
from own_processes import wait_for, workers_of
from run_command import runner
from uploads_of_tests import png_of

from withsense_tf.__main__ import app
from withsense_tf.app.api_keys import KeyRing
from withsense_tf.app.photo_ids import PhotoIds
from withsense_tf.app.settings import AppSettings
from withsense_tf.commands.serve import check, check_port, warn_of_rights
from withsense_tf.errors import RightsError, SettingError
from withsense_tf.policy.service import LawFiles


def refusal(*words: str) -> str:
    done = runner.invoke(app, ["serve", *words])
    assert done.exit_code != 0
    return f"{done.output}{done.exception}"


@pytest.mark.closed
def test_others_are_not_served_without_keys(index: str, tmp_path: Path) -> None:
    assert "keys create" in refusal("--index", index, "--host", "0.0.0.0")
    keys = KeyRing(tmp_path / "keys.json")
    id_ = keys.create("Ann", ["read"]).split("_")[1]
    keys.revoke(id_)
    assert "no key that opens anything" in refusal("--index", index, "--keys", str(keys.file))


def test_a_fresh_state_beside_an_index_that_has_one_is_warned_of(
    index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Links that were given lead nowhere then, and the trail seems empty."""
    place = Path(shutil.copytree(index, tmp_path / "index"))
    fresh = AppSettings(place, state=tmp_path / "fresh")
    check(fresh)
    assert capsys.readouterr().err == ""
    # A photo that was removed before the first server: its trail lies where this one has its own.
    (place / "app").mkdir(exist_ok=True)
    (place / "app/decisions.jsonl").touch()
    check(AppSettings(place))
    assert capsys.readouterr().err == ""
    (place / "app/decisions.jsonl").unlink()
    PhotoIds.of_folder(place / "app")
    check(AppSettings(place))
    assert capsys.readouterr().err == ""
    check(fresh)
    assert "app has photo_ids.key. Leave --state out" in " ".join(capsys.readouterr().err.split())
    PhotoIds.of_folder(tmp_path / "fresh")
    check(fresh)
    assert capsys.readouterr().err == ""


def test_a_server_says_before_it_listens_which_file_it_may_not_use(
    index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").mkdir()
    table, log = tmp_path / "overrides.csv", tmp_path / "audit.jsonl"
    table.write_text("photo,digest,decision,by,reason\n", encoding="utf-8")
    log.touch()
    settings = AppSettings(Path(index), state=tmp_path / "state", law=LawFiles(overrides=table, audit=log))
    check(settings)
    assert capsys.readouterr().err == ""
    with without_rights(tmp_path, "overrides.csv", mode=0o444):
        warn_of_rights(settings)
    warning = " ".join(capsys.readouterr().err.split())
    assert f"Warning: nothing can be decided or brought here. {table} may not be read or written" in warning
    files = [tmp_path / "state" / f"{number}.lock" for number in range(5)]
    for file in files:
        file.touch()
    with without_rights(tmp_path, *(f"state/{file.name}" for file in files), mode=0o444):
        warn_of_rights(settings)
    warning = " ".join(capsys.readouterr().err.split())
    assert warning.count("Warning") == 1
    assert warning.endswith("The same holds for 4 more.")
    with without_rights(tmp_path, "audit.jsonl"), pytest.raises(RightsError, match=f"{log} may not be read"):
        warn_of_rights(settings)


def test_a_folder_that_is_no_index_is_not_served(tmp_path: Path) -> None:
    assert "is no index" in refusal("--index", str(tmp_path))


@pytest.mark.slow
def test_a_port_that_another_program_has_is_said_with_one_that_is_free(index: str, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        words = ["serve", "--index", index, "--state", str(tmp_path), "--port", str(port)]
        done = subprocess.run(
            [sys.executable, "-m", "withsense_tf", *words], capture_output=True, text=True, timeout=600
        )
    assert done.returncode == 2
    assert "Serving" not in done.stdout
    assert "Traceback" not in done.stderr
    text = " ".join(done.stderr.split())
    assert f"Another program listens at port {port} of 127.0.0.1." in text
    assert int(text.rpartition("--port ")[2].split()[0]) > port


def test_an_address_of_another_machine_cannot_be_listened_at(index: str) -> None:
    with pytest.raises(SettingError, match="Nobody can listen at port 8000"):
        check_port(AppSettings(Path(index), host="nowhere.invalid"))


def get(port: int, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1{path}", timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def counts_of_searches(port: int) -> list[float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if 'route="/api/v1/search",status' in line]


def begin(port: int, said: bytes) -> socket.socket:
    """Send the head of a request that brings a caption, and return once the server waits for the caption itself."""
    client = socket.create_connection(("127.0.0.1", port), timeout=120)
    client.sendall(
        b"POST /api/v1/captions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(said)
    )
    assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
    return client


def finish(client: socket.socket, said: bytes) -> int:
    """Send the caption, and return the status of the answer."""
    with client, client.makefile("rb") as answer:
        client.sendall(said)
        status = int(answer.readline().split()[1])
        assert answer.read()
    return status


@pytest.fixture
def server(index: str, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with serving(index, tmp_path) as pair:
        yield pair


@pytest.fixture
def copied_server(index: str, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve an index that a test may change."""
    with serving(str(shutil.copytree(index, tmp_path / "index")), tmp_path) as pair:
        yield pair


@contextlib.contextmanager
def serving(index: str, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    words = [
        "serve",
        "--index",
        index,
        "--port",
        str(port),
        "--workers",
        "2",
        "--state",
        str(tmp_path / "state"),
        "--drain",
        "120",
    ]
    with (tmp_path / "log").open("w") as log, (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "withsense_tf", *words, "--rate", "0"],
            stdout=out,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            end = time.monotonic() + 240
            # One of the workers is ready before all are.
            while "Serving " not in (tmp_path / "out").read_text():
                assert process.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
            assert get(port, "/ready")[0] == 200
            yield process, port
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.mark.slow
def test_workers_of_a_server_that_was_killed_end_and_free_the_port(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = server
    process.kill()
    process.wait()
    end = time.monotonic() + 60
    while takes_connections(port):
        assert time.monotonic() < end
        time.sleep(0.1)


def takes_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_two_workers_answer_and_end_what_is_under_way(
    server: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, port = server
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: get(port, "/search?q=a+dog&minimum=0"), range(24)))
        assert {status for status, _ in answers} == {200}
        assert len({str(answer["places"]) for _, answer in answers}) == 1
        # A request is counted a moment after its answer has left.
        end = time.monotonic() + 60
        while (counts := counts_of_searches(port)) != [24.0] and time.monotonic() < end:
            time.sleep(0.1)
        assert counts == [24.0]
        # What came before it was told to stop is answered.
        late = [b'{"id": "nobody\'s", "text": "A beach ."}'] * 4
        clients = [begin(port, said) for said in late]
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert list(pool.map(finish, clients, late)) == [404] * 4
    assert process.wait(240) in (0, -signal.SIGTERM)
    told = (tmp_path / "out").read_text().splitlines()
    assert [line.startswith("Loading ") for line in told[:2]] == [True, False]
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert lines[-1]["message"] == "the server stopped"
    routes = {line["request"]: line["route"] for line in lines if "route" in line}
    assert Counter(routes.values())["/api/v1/search"] == 24
    assert Counter(routes.values())["/api/v1/captions"] == 4
    assert not any(word in str(lines) for word in ("a dog", "a+dog", "beach"))


def upload(port: int, look: int) -> str:
    parts = [b'name="caption"\r\n\r\nA red wall .', b'name="photo"; filename="a.png"\r\n\r\n' + png_of(look)]
    body = b"".join(b"--end\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/upload",
        body + b"--end--\r\n",
        {"Content-Type": "multipart/form-data; boundary=end"},
    )
    with urllib.request.urlopen(request, timeout=240) as answer:
        return str(json.loads(answer.read())["state"])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="it looks at processes in /proc")
def test_uploads_come_in_while_a_worker_stalls_and_it_is_kept(
    copied_server: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = copied_server
    before = workers_of(process.pid)
    slow = max(before)
    os.kill(slow, signal.SIGSTOP)
    begin_time = time.monotonic()
    try:
        states = [upload(port, look) for look in range(20, 23)]
        time.sleep(max(0.0, begin_time + 7 - time.monotonic()))
    finally:
        os.kill(slow, signal.SIGCONT)
    assert set(states) <= {"searchable", "waiting"}
    wait_for(lambda: get(port, "/review/status")[1]["waiting"] == 0)
    assert workers_of(process.pid) == before
