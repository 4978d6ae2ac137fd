"""What people decided of photos: the table of overrides.

A person looks at a picture, so a decision is bound to the content of a file, by its SHA-256; the name is for people.
"""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from withsense_tf.common.limits import read_bytes
from withsense_tf.errors import DataError, DataWarning

OVERRIDES: Final = ("restrict", "allow")
OVERRIDE_COLUMNS: Final = ("photo", "digest", "decision", "by", "reason")
# Tables from before a decision was bound to the content have no such column.
OPTIONAL: Final = "digest"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
TABLE_FORM: Final = (
    f"expected UTF-8 (without a byte order mark) and, with commas between, the columns "
    f"{', '.join(OVERRIDE_COLUMNS)}"
)
# What whoever looks after photos is told beside those that are restricted.
RELEASE: Final = (
    "Restricted wrongly? A person's decision shows photos: policy decide PHOTO ... allow --data FOLDER --who NAME "
    "--reason WHY --overrides TABLE, then index judge --overrides TABLE; or Review on the page of serve."
)


@dataclass(frozen=True)
class Override:
    """What a person decided of a photo, and why; `digest` says of which content."""

    photo: str
    decision: str
    by: str
    reason: str
    digest: str = ""


class HumanDecisions:
    """What people decided, to be asked for a photo by its name and its content."""

    def __init__(self, overrides: Iterable[Override]) -> None:
        # Restrictions last: what is there twice is restricted.
        self._all = sorted(overrides, key=lambda one: one.decision == "restrict")
        self._by_content = {one.digest: one for one in self._all if one.digest}
        self._by_name = {one.photo: one for one in self._all if one.decision == "restrict"}

    def of(self, photo: str, digest: str) -> Override | None:
        """Return what holds for a photo.

        A restriction holds for its content under any name, and for its name whatever lies there now. What was allowed
        is the content alone.
        """
        by_content = self._by_content.get(digest) if digest else None
        if by_content is not None and by_content.decision == "restrict":
            return by_content
        return self._by_name.get(photo) or by_content

    def restricts_name(self, photo: str) -> bool:
        """Return whether a person restricted a photo of that name."""
        return photo in self._by_name

    def warn(self, photos_and_digests: Iterable[tuple[str, str]]) -> None:
        """Warn of decisions that do not do what was meant; `photos_and_digests` are all there are."""
        photos = list(photos_and_digests)
        names, contents = {name for name, _ in photos}, {digest for _, digest in photos if digest}
        without_photo = [one for one in self._all if one.photo not in names and one.digest not in contents]
        unbound = [one for one in self._all if one.decision == "allow" and not one.digest]
        other = [
            name
            for name, digest in photos
            if digest and (one := self.of(name, digest)) is not None and one.digest not in ("", digest)
        ]
        _warn(without_photo, "name a photo that is not here, as {}: is the name right?")
        _warn(
            unbound,
            "allow a photo and do not say which content was looked at, as that of {}: they do not count. Look at the "
            "photos, and write their digests in: withsense policy bind FOLDER OVERRIDES NEW_FILE",
        )
        if other:
            warnings.warn(
                f"{len(other)} photos have the name of a photo that a person restricted and are another picture now, "
                f"as {sorted(other)[0]}: they are restricted, too. If that is not meant, give the row of the override "
                "another name; it holds for its content under any name.",
                DataWarning,
                stacklevel=2,
            )


def _warn(overrides: list[Override], sentence: str) -> None:
    if overrides:
        first = min(one.photo for one in overrides)
        warnings.warn(f"{len(overrides)} overrides {sentence.format(first)}", DataWarning, stacklevel=3)


def load_overrides(file: Path) -> dict[str, Override]:
    """Read what people decided from a CSV table with the columns `OVERRIDE_COLUMNS`, in any order; a row a key.

    A file with a single mistake is an error, and so is one without its header: an emptied file lifts nothing.
    """
    try:
        content = read_bytes(file)
    except OSError as error:
        raise unreadable(file, error) from error
    return parse_overrides(content, str(file))


def unreadable(file: Path, error: OSError) -> DataError:
    """Say that a table of overrides cannot be read."""
    return DataError(
        f"{file} cannot be read as a table of overrides ({error.strerror or error}), so nothing may be shown."
    )


def parse_overrides(content: bytes, where: str) -> dict[str, Override]:
    """Read the content of a table of overrides; `where` it is from is told with every mistake."""
    try:
        text = content.decode("utf-8")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{where} cannot be read as a table of overrides ({error}): {TABLE_FORM}.") from error
    if "\0" in text:
        raise DataError(
            f"{where} cannot be read as a table of overrides (it holds the sign 0): {TABLE_FORM}."
        )
    header = rows[0][1] if rows else []
    if sorted(header) not in (sorted(OVERRIDE_COLUMNS), sorted({*OVERRIDE_COLUMNS} - {OPTIONAL})):
        raise DataError(f"{where}:1: {TABLE_FORM}; got {','.join(header) or 'nothing'!r}.")
    overrides: dict[str, Override] = {}
    contents: dict[str, tuple[int, Override]] = {}
    for line, row in rows[1:]:
        one = _override(dict(zip(header, row, strict=False)), len(row) == len(header), f"{where}:{line}")
        key = f"{one.photo} {one.digest}".strip()
        if key in overrides:
            raise DataError(f"{where}:{line}: {one.photo} is decided twice. Keep one of the rows.")
        overrides[key] = one
        before = contents.setdefault(one.digest, (line, one)) if one.digest else (line, one)
        if before[1].decision != one.decision:
            raise DataError(
                f"{where}:{line}: {one.photo} is to be {one.decision}, and line {before[0]} says "
                f"{before[1].decision} of the same content ({before[1].photo}). Keep one of the rows."
            )
    return overrides


def _override(row: Mapping[str, str], whole: bool, where: str) -> Override:
    fields = {name: row.get(name, "").strip() for name in OVERRIDE_COLUMNS}
    values = [value for name, value in fields.items() if name != OPTIONAL]
    if not whole or not all(values) or fields["decision"] not in OVERRIDES:
        raise DataError(
            f"{where}: expected a photo, restrict or allow, who decided and the reason; got {dict(row)}."
        )
    fields["digest"] = fields["digest"].lower()
    if fields["digest"] and not DIGEST.fullmatch(fields["digest"]):
        raise DataError(
            f"{where}: expected as digest the SHA-256 of the photo's file, 64 signs from 0 to f; got "
            f"{fields['digest']!r}. Write it in with: withsense policy bind FOLDER OVERRIDES NEW_FILE"
        )
    return Override(**fields)


def bind_to_content(one: Override, contents: Mapping[str, str]) -> Override:
    """Bind a decision without a digest to the content that lies under its name."""
    return one if one.digest else replace(one, digest=contents.get(one.photo, ""))


def write_overrides(overrides: Iterable[Override], file: Path) -> None:
    """Write a new table of overrides; a file that is there is left as it is, and is an error."""
    # Its owner's alone: it names photos of children.
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(table_of(overrides))


def table_of(overrides: Iterable[Override]) -> bytes:
    """Return the content of a table of overrides."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(OVERRIDE_COLUMNS)
    writer.writerows([getattr(one, name) for name in OVERRIDE_COLUMNS] for one in overrides)
    return stream.getvalue().encode()
