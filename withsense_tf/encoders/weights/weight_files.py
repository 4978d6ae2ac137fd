"""Where weights come from: files and folders get a fingerprint, and what cannot be loaded a plain error."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from withsense_tf.common.fingerprints import files_below, known_content_of
from withsense_tf.common.fingerprints import fingerprint as folder_fingerprint
from withsense_tf.file_access import path_of, words_of

OFFLINE = "Without a network, give a local file or folder instead."
LONGEST = 200
MOST_CAUSES = 20
NETWORK = (ConnectionError, TimeoutError, socket.gaierror)
# As libraries name the address that they tried: host='api.kaggle.com', or a whole address.
HOST = re.compile(r"host='([^']+)'|://([^/\s'\"]+)")


def is_local(source: str) -> bool:
    """Return whether a source is a path here rather than a name or an address to download from.

    >>> is_local("https://tfhub.dev/google/nnlm-en-dim50/2"), is_local("bert_tiny_en_uncased")
    (False, False)
    """
    return "://" not in source and (Path(source).exists() or source.startswith((".", "/", "~")))


def fingerprint(path: str | Path) -> str:
    """Return the fingerprint of a file, or of all files in a folder, 12 signs."""
    root = path_of(path)
    return folder_fingerprint(root, [root] if root.is_file() else files_below(root), known_content_of, 12)


def weights_name(source: str) -> str:
    """Name a source of weights: a local file or folder with its fingerprint."""
    if is_local(source):
        return f"file {Path(source).name} {fingerprint(source)}"
    return source


def keras_has_weights(backbone: str) -> bool:
    """Return whether Keras downloaded ImageNet weights of a backbone before, to the folder where it looks for them."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    # Keras writes resnet50_weights_..._notop, weights_mobilenet_v3_small_..._no_top_v2 and efficientnetv2-b0_notop.
    name = re.compile(f"{backbone.replace('_', '')}(?:weights|notop|[0-9]).*")
    plain_names = (re.sub("[^a-z0-9]", "", file.stem) for file in (home / "models").glob("*.h5"))
    return any("notop" in plain and name.search(plain) is not None for plain in plain_names)


def whole_path(source: str) -> str:
    """Return the path of a folder or file as it is from anywhere; names and addresses stay as they are."""
    return str(path_of(source).resolve()) if is_local(source) else source


def first_line(error: BaseException) -> str:
    """Return a library's error in one line: its first line, or the host that cannot be reached."""
    chain = [error]
    while len(chain) < MOST_CAUSES and (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    # Libraries wrap what the network says again and again; the innermost error has the reason.
    network = next((one for one in reversed(chain) if isinstance(one, NETWORK)), None)
    if network is not None:
        host = next((match for one in chain if (match := HOST.search(str(one)))), None)
        where = next(filter(None, host.groups())) if host else "the network"
        return f"{where} cannot be reached ({_cut(words_of(network))})"
    return _cut(next(iter(str(error).splitlines()), "") or type(error).__name__)


def _cut(line: str) -> str:
    """Cut a line at the end of a sentence or, if it has none, of a word: half an address leads nowhere."""
    if len(line) <= LONGEST:
        return line.rstrip(" .")
    cut = line[: LONGEST + 1]
    cut = cut.rpartition(". ")[0] or cut.rpartition(" ")[0] or line.partition(" ")[0]
    while cut.count("(") > cut.count(")") and cut.rpartition("(")[0].strip():
        # What stands in brackets is whole, or is not there.
        cut = cut.rpartition("(")[0]
    return cut.rstrip(" .,;:(")
