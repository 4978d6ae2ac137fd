"""Wait for a server on this machine, ask it by its API and its page, and end it: ask_server.py PORT PROCESS_ID."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SECONDS = 300.0


def ask(port: int, path: str) -> tuple[int, str]:
    """Return the status and the body of an answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def expect(holds: object, otherwise: str) -> None:
    """End with a sentence where something does not hold."""
    if not holds:
        sys.exit(otherwise)


def wait_for(port: int, process: int) -> None:
    """Return once the server is ready; raise where it has ended, or takes too long."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            if ask(port, "/api/v1/ready")[0] == 200:
                return
        except (OSError, http.client.HTTPException):  # nobody listens yet, or breaks off
            os.kill(process, 0)
        expect(time.monotonic() < end, "the server is not ready")
        time.sleep(0.5)


def main(port: int, process: int) -> None:
    """Ask, and end the server by its process id, whatever it answered."""
    try:
        wait_for(port, process)
        example = json.loads(ask(port, "/api/v1/examples")[1])["queries"][0]
        words = urllib.parse.quote_plus(example)
        status, body = ask(port, f"/api/v1/search?q={words}&minimum=0")
        places = json.loads(body)["places"]
        shown = [place for place in places if place["kind"] == "photo"]
        expect(status == 200 and shown, body)
        expect(ask(port, "/api/v1/search?q=a+small+child+on+a+swing")[0] == 451, "no notice")
        for path in ("/", f"/search?q={words}&minimum=0", "/law", "/how-good", "/models?q=dog", "/nowhere"):
            status, page = ask(port, path)
            expect(status == (404 if path == "/nowhere" else 200), f"{path}: {page[:500]}")
        page = ask(port, f"/search?q={words}&minimum=0")[1]
        expect(shown[0]["id"] in page, "the page shows other photos than the API")
        count = sum(one["count"] for one in places if one not in shown)
        sys.stdout.write(f"“{example}”: {len(shown)} photos, {count} withheld\n")
    finally:
        os.kill(process, signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
