"""Vectors on disk by encoder and photo content, so that no photo is encoded twice by one encoder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from withsense_tf.common.atomic_files import OwnFolder
from withsense_tf.common.limits import is_file, parse_json
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.pictures.photo_file import CHANGED, has_digest
from withsense_tf.encoders.base import PhotoEncoder, TextEncoder, refuse
from withsense_tf.encoders.vectors.vector_shards import FORMAT, KEY, Shelf
from withsense_tf.errors import DataError, check_choice, check_kind, on_disk
from withsense_tf.file_access import path_of

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Pairs

# A kill loses the work of so many seconds at most.
SAVE_SECONDS: Final = 5.0
# Kinds of damage that lie in the file's content, and so will be there again.
LASTING: Final = frozenset({"photo_empty", "photo_truncated", "photo_not_image", "photo_too_large"})


def check_store(store: object) -> None:
    """Raise where what is given as a store keeps no vectors."""
    if store is not None and not hasattr(store, "vectors_of"):
        place = repr(str(store)) if isinstance(store, str | Path) else "folder"
        check_kind("store=", store, VectorStore, "a store of vectors", f"pass store=ws.VectorStore({place})")


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors of the photos that have one: `has_vector`, bool (photos,); `vectors`, float32 (those photos, width)."""

    has_vector: np.ndarray
    vectors: np.ndarray
    problems: tuple[Problem, ...]


class VectorStore:
    """Keep vectors under (encoder identity, content), in a `folder` or, without one, as long as this object lives.

    Processes may share a folder. A run that was killed goes on where it was; a photo that cannot be decoded is
    remembered in `bad.jsonl` with its reason and not tried again. `dtype` is float32, or float16 for half the space.
    Vectors that another store has, in the folder `beside`, are taken over from there.
    """

    def __init__(
        self, folder: str | Path | None = None, dtype: str = "float32", beside: str | Path | None = None
    ) -> None:
        self.dtype = check_choice("dtype", dtype, ("float32", "float16"))
        check_kind("VectorStore", folder, (str, PathLike, type(None)), "the folder of vectors, or none")
        if folder is None:
            self._temporary = OwnFolder("withsense-vectors-")
            folder = self._temporary.name
        self.folder = path_of(folder)
        if is_file(self.folder):
            raise DataError(f"{self.folder} is a file; vectors are kept in a folder: name one, new or old.")
        self._beside = None if beside is None else VectorStore(beside, dtype)
        self._shelves: dict[str, Shelf] = {}

    def __repr__(self) -> str:
        # One that is kept only as long as it lives has no place worth a word.
        place = "of this process" if hasattr(self, "_temporary") else str(self.folder)
        return f"VectorStore({place}, {self.dtype})"

    def __deepcopy__(self, memo: object) -> VectorStore:
        # scikit-learn's clone copies arguments; a store is there to be shared.
        return self

    def __reduce__(self) -> tuple[type[VectorStore], tuple[Path, str, Path | None]]:
        # Another process opens the same folder itself.
        return VectorStore, (self.folder, self.dtype, self._beside.folder if self._beside else None)

    def photo_vectors(self, encoder: PhotoEncoder, pairs: Pairs) -> np.ndarray:
        """Return the vector of each pair's photo, (pairs, width); only photos not seen before are encoded."""
        return self.vectors_of(encoder, pairs.content.tolist(), pairs.paths)

    def vectors_of(self, encoder: PhotoEncoder, content: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
        """Return the vector of each photo, (photos, width); a photo that cannot be decoded is an error."""
        different, first, row = np.unique(np.array(content, str), return_index=True, return_inverse=True)
        result = self.encode(encoder, different.tolist(), [paths[at] for at in first])
        refuse(result.problems)
        return result.vectors[row]

    def encode(self, encoder: PhotoEncoder, content: Sequence[str], paths: Sequence[Path]) -> Encoded:
        """Return the vectors of photos, each once, given by the digest of their content (SHA-256) and where they lie.

        A photo whose file has another content by now is a problem, and nothing is stored of it.
        """
        shelf, keys = self._shelf(encoder.identity), _keys(content)
        self._take_over(encoder.identity, shelf, keys)
        is_stored, vectors = shelf.find(keys)
        if len(keys) and is_stored.all():
            return Encoded(is_stored, vectors, ())
        bad = self._bad(shelf)
        names = keys.tolist()
        problems = [
            bad[key] for key, is_here in zip(names, is_stored, strict=True) if not is_here and key in bad
        ]
        new = np.array([at for at in np.flatnonzero(~is_stored) if names[at] not in bad], int)
        if len(new):
            new_content = [str(content[at]) for at in new]
            fresh = self._encode_new(encoder, shelf, new_content, [Path(paths[at]) for at in new])
            self._remember(shelf, {names[new[row]]: problem for row, problem in fresh.items()})
            problems += fresh.values()
        is_stored, vectors = shelf.find(keys)
        return Encoded(
            is_stored,
            vectors if is_stored.any() else np.zeros((0, encoder.width), np.float32),
            tuple(problems),
        )

    def text_vectors(self, encoder: TextEncoder, texts: Sequence[str]) -> np.ndarray:
        """Return the vector of each text, (texts, width); those that no training texts shape are stored."""
        different, row = np.unique(np.array(list(texts), dtype=object), return_inverse=True)
        if encoder.learns or not len(different):
            return encoder.encode(list(texts))
        shelf, keys = self._shelf(f"text {encoder.identity}"), _keys(different)
        is_stored, _ = shelf.find(keys)
        if not is_stored.all():
            new = np.flatnonzero(~is_stored)
            shelf.add(keys[new], encoder.encode([different[at] for at in new]))
        return shelf.find(keys)[1][row]

    def _take_over(self, identity: str, shelf: Shelf, keys: np.ndarray) -> None:
        # Nothing is made in a folder that is only read.
        if self._beside is None or not self._beside._folder_of(identity).is_dir():
            return
        missing = np.unique(keys[~shelf.find(keys)[0]])
        is_there, vectors = self._beside._shelf(identity).find(missing)
        if is_there.any():
            shelf.add(missing[is_there], vectors)

    def _encode_new(
        self, encoder: PhotoEncoder, shelf: Shelf, content: list[str], paths: list[Path]
    ) -> dict[int, Problem]:
        keys = _keys(content)
        bad: dict[int, Problem] = {}
        changed_rows: list[int] = []
        waiting: list[tuple[np.ndarray, np.ndarray]] = []

        def save() -> None:
            if waiting:
                shelf.add(
                    np.concatenate([part for part, _ in waiting]),
                    np.concatenate([part for _, part in waiting]),
                )
                waiting.clear()

        last_save = time.monotonic()
        try:
            for batch in encoder.stream(paths, bad):
                # After it was decoded: what a file shows that was changed must not stand for what it showed.
                same = np.array([has_digest(paths[row], content[row]) for row in batch.rows], bool)
                changed_rows += batch.rows[~same].tolist()
                waiting.append((keys[batch.rows[same]], batch.vectors[same]))
                if time.monotonic() - last_save > SAVE_SECONDS:
                    save()
                    last_save = time.monotonic()
        finally:
            # What is done is kept, also when the user interrupts or a later photo raises.
            save()
        # Nor is it the photo's fault if what stands in its place now is no photo; one that is gone says so itself.
        changed_rows += [
            row for row in bad if paths[row].exists() and not has_digest(paths[row], content[row])
        ]
        for row in changed_rows:
            bad[row] = changed_photo(paths[row])
        return bad

    def _shelf(self, identity: str) -> Shelf:
        folder = self._folder_of(identity)
        if folder.name not in self._shelves:
            self._shelves[folder.name] = Shelf(folder, identity, self.dtype)
        return self._shelves[folder.name]

    def _folder_of(self, identity: str) -> Path:
        # A name for people, and a digest of the whole identity, so that two never share a folder.
        readable = re.sub(r"[^a-z0-9]+", "-", identity.lower())[:40].strip("-")
        # Files of another format are not looked for.
        name = f"{identity} {self.dtype} {FORMAT}"
        digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
        return self.folder / f"{readable}-{digest}"

    def _bad(self, shelf: Shelf) -> dict[bytes, Problem]:
        file = shelf.folder / "bad.jsonl"
        if not file.exists():
            return {}
        bad = {}
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = parse_json(line)
                key = bytes.fromhex(entry.pop("key"))
                bad[key] = Problem(**entry)
            except (ValueError, KeyError, TypeError):
                continue  # cut off by a kill: that photo is tried again
        return bad

    def _remember(self, shelf: Shelf, problems: dict[bytes, Problem]) -> None:
        lines = [
            json.dumps({"key": key.hex(), **asdict(problem)})
            for key, problem in problems.items()
            if problem.kind in LASTING
        ]
        if lines:
            descriptor = os.open(shelf.folder / "bad.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                with on_disk(shelf.folder):
                    os.write(descriptor, ("\n" + "\n".join(lines) + "\n").encode())
            finally:
                os.close(descriptor)


def changed_photo(path: Path) -> Problem:
    """Return the problem of a file that shows another photo than it did when it was asked for."""
    return Problem("photo_changed", f"{path.parent.name}/{path.name}", None, path.name, CHANGED)


def _keys(content: Sequence[str] | np.ndarray) -> np.ndarray:
    digests = [hashlib.sha256(str(part).encode(errors="surrogatepass")).digest()[:16] for part in content]
    return np.array(digests, KEY)
