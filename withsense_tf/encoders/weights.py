"""Where weights come from: files and folders get a fingerprint, and what cannot be loaded a plain error."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

OFFLINE = "Without a network, give a local file or folder instead."
LONGEST = 200


def is_local(source: str) -> bool:
    """Say whether a source is a path here rather than a name or an address to download from.

    >>> is_local("https://tfhub.dev/google/nnlm-en-dim50/2"), is_local("bert_tiny_en_uncased")
    (False, False)
    """
    return "://" not in source and (Path(source).exists() or source.startswith((".", "/", "~")))


def fingerprint(path: str | Path) -> str:
    """Name the content of a file, or of all files in a folder, in 12 signs."""
    root = Path(path).expanduser()
    files = [root] if root.is_file() else sorted(file for file in root.rglob("*") if file.is_file())
    digest = hashlib.sha256()
    for file in files:
        state = file.stat()
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode(errors="surrogatepass"))
        digest.update(_content(file, state.st_size, state.st_mtime_ns))
    return digest.hexdigest()[:12]


@lru_cache(maxsize=1024)
def _content(file: Path, *state: int) -> bytes:  # noqa: ARG001  # a file that changed is hashed anew
    """Hash one file; an identity is asked for often, and weights may have gigabytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def named(source: str) -> str:
    """Say in plain words where weights come from."""
    if is_local(source):
        return f"file {Path(source).name} {fingerprint(source)}"
    return source


def whole_path(source: str) -> str:
    """Return the path of a folder or file as it is from anywhere; names and addresses stay as they are."""
    return str(Path(source).expanduser().resolve()) if is_local(source) else source


def first_line(error: BaseException) -> str:
    """Return the first line of what a library says of its failure, short enough for one line of ours."""
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    if len(line) > LONGEST:
        # Whole words, because half an address leads nowhere.
        line = line[: LONGEST + 1].rpartition(" ")[0] or line.partition(" ")[0]
    return line.rstrip(" .")
