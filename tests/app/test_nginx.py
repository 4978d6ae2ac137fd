"""The server behind a real nginx, set up as the documents say."""

from __future__ import annotations

import getpass
import http.client
import json
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from app_places import Place
from free_ports import free_port

from withsense_tf.app.api_keys import KeyRing

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "deploy.md"
NAME = "photos.example"
# What a system's own file has around the block of the documents; nothing is written but here.
AROUND = """
user {user};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{block}
}}
"""


class Answer(NamedTuple):
    """What a client gets."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Client:
    """Ask by TLS, by the name of the service."""

    def __init__(self, port: int, certificate: Path, key: str) -> None:
        self.port, self.key = port, key
        self.context = ssl.create_default_context(cafile=str(certificate))
        self.context.check_hostname = False  # it is asked at an address

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.context)
        usual = {"Host": NAME, "Authorization": f"Bearer {self.key}"}
        try:
            connection.request(method, path, body, usual | headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@contextmanager
def running(*command: object, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as stream:
        process = subprocess.Popen([str(word) for word in command], stdout=stream, stderr=stream)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def write_nginx(folder: Path, port: int, server_port: int) -> Path:
    """Write the block of the documents with this test's ports and certificate; all else stays as it stands there."""
    (block,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/letsencrypt/live/photos.example/fullchain.pem": f"{folder}/certificate.pem",
        "/etc/letsencrypt/live/photos.example/privkey.pem": f"{folder}/private.pem",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{server_port}",
    }
    for old, new in changes.items():
        assert old in block
        block = block.replace(old, new)
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(user=getpass.getuser(), folder=folder, block=block), encoding="utf-8")
    return file


def write_certificate(folder: Path) -> Path:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        f"/CN={NAME}",
    ]
    files = ["-keyout", str(folder / "private.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return folder / "certificate.pem"


def wait_until_ready(client: Client, *processes: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 240
    while time.monotonic() < end:
        assert all(process.poll() is None for process in processes)
        try:
            if client.ask("/api/v1/ready").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("nobody was ready within four minutes")


@pytest.fixture
def behind_nginx(place: Place, tmp_path: Path) -> Iterator[Client]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("nginx and openssl are not here: apt-get install nginx-light openssl")
    port, server_port = free_port(), free_port()
    key = KeyRing(tmp_path / "keys.json").create("Ann", ["read", "write"])
    client = Client(port, write_certificate(tmp_path), key)
    law = [part for name, value in place.law.options().items() for part in (name, value)]
    serve = ["serve", "--index", place.index, "--state", tmp_path / "state", "--port", server_port]
    keys = ["--keys", tmp_path / "keys.json", "--host-name", NAME]
    conf = write_nginx(tmp_path, port, server_port)
    with (
        running(sys.executable, "-m", "withsense_tf", *serve, *keys, *law, log=tmp_path / "log") as server,
        running(
            program, "-p", tmp_path, "-c", conf, "-e", tmp_path / "error.log", log=tmp_path / "out"
        ) as proxy,
    ):
        wait_until_ready(client, server, proxy)
        yield client


def of_json(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


@pytest.mark.slow
def test_what_the_documents_set_up_answers_by_its_name_and_its_keys_alone(behind_nginx: Client) -> None:
    ask = behind_nginx.ask
    search = "/api/v1/search?q=a+plain+red+wall&minimum=0&k=20&country=BB"
    answer = ask(search)
    assert answer.status == 200
    places = of_json(answer)["places"]
    assert {one["kind"] for one in places} == {"photo", "withheld"}
    assert ask(search, Authorization="Bearer nobody").status == 401
    assert ask(search, Host="others.example").status == 421
    # The law's answers come through as they are, and no proxy may keep a picture.
    forbidden = ask("/api/v1/search?q=a+small+child+on+a+swing&country=BB")
    assert (forbidden.status, forbidden.headers["link"]) == (
        451,
        '</api/v1/law?country=BB>; rel="blocked-by"',
    )
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    picture = ask(next(one["image"] for one in places if one["kind"] == "photo"))
    assert (picture.status, picture.headers["content-type"]) == (200, "image/jpeg")
    # The page keeps a key where no script and no plain HTTP can get at it.
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
    kept = ask("/key", "POST", f"key={behind_nginx.key}".encode(), **form)
    assert kept.status == 303
    assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(kept.headers["set-cookie"].split("; "))
    assert ask("/key", "POST", b"key=x", **form | {"Origin": "https://others.example"}).status == 403
    # At another port than 443 a browser names it, and the page is still its own.
    own = f"{NAME}:{behind_nginx.port}"
    kept = ask(
        "/key", "POST", f"key={behind_nginx.key}".encode(), **form | {"Host": own, "Origin": f"https://{own}"}
    )
    assert kept.status == 303
    # This machine may read the metrics, with a key that may.
    metrics = ask("/api/v1/metrics")
    assert b"nginx" not in metrics.body


@pytest.mark.slow
def test_uploads_up_to_the_limit_reach_the_server_and_larger_ones_end_at_nginx(behind_nginx: Client) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    head = [b"--b", b'Content-Disposition: form-data; name="caption"', b"", b"A wall .", b"--b"]
    head += [b'Content-Disposition: form-data; name="photo"; filename="a.jpg"', b""]
    for size, answers in ((30_000_000, (415, b'"no_photo"')), (30_200_000, (413, b"nginx"))):
        body = b"\r\n".join([*head, bytes(size), b"--b--", b""])
        answer = behind_nginx.ask("/api/v1/upload", "POST", body, **kind)
        assert (answer.status, answers[1] in answer.body) == (answers[0], True), answer.body[:300]
