"""Text tables -> rows of fields with their line numbers, and a problem for each line that is no row.

Nothing is interpreted here but separators, quotes and encodings. A row is one line, except that a quoted
field may hold line breaks. A quote that never closes must not swallow the rest of the file, so it is then
read as an ordinary character, or is a problem where texts are quoted.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from withsense_tf.common.limits import read_bytes
from withsense_tf.data.folder.problems import Problem
from withsense_tf.file_access import words_of

SEPARATORS: Final = (",", "\t", "|", ";")
# What every row has and hardly a text: a caption id with a separator behind it, or at the end of the line.
ID_IN_LINE: Final = re.compile(r"""\S#[0-9]+"?\s*(?:[,;|\t]|$)""")
# A caption with more line breaks than this is a quote that was left open.
MOST_LINES_IN_A_FIELD: Final = 20
# What is longer or wider was not written by people, and would be read for minutes. (`csv` stops at such a field too.)
LONGEST_LINE: Final = 100_000
# Of the names of columns, in a reason.
MOST_NAMED, LONGEST_REASON = 20, 500


@dataclass(frozen=True)
class TableRow:
    """One row of a table: the line it starts on, and its fields by column name."""

    line: int
    fields: dict[str, str]


@dataclass(frozen=True)
class Layout:
    """How the rows of a table are written.

    A field may hold line breaks where `many_lines` says so, but a line that `begins_row` is never the rest of the row
    before. With `last_takes_rest`, separators in the last column are part of it.
    """

    separator: str
    names: Sequence[str]
    many_lines: bool
    begins_row: Callable[[str], object] = ID_IN_LINE.search
    last_takes_rest: bool = False


@dataclass(frozen=True)
class RawTable:
    """What a text table holds, uninterpreted. `usable` is False where nothing could be read.

    `unread` has the lines that are no row, by number, as far as they are text at all. `there` is False where there is
    no such file.
    """

    file: str
    usable: bool
    rows: tuple[TableRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    content: bytes = field(default=b"", repr=False)
    unread: Mapping[int, str] = field(default_factory=dict, repr=False)
    there: bool = True

    @property
    def rows_in_file(self) -> int:
        """Count the rows, those that cannot be read among them."""
        unread = [
            p for p in self.problems if p.line is not None and p.kind not in ("row_lines", "file_columns")
        ]
        return len(self.rows) + len(unread)


def read_table(path: Path, columns: Sequence[str], header: bool) -> RawTable:
    """Read the table at `path` that must have `columns`, found by name (header) or by place (no header).

    The separator is the one of comma, tab, bar and semicolon that gives the expected columns.
    """
    try:
        content = read_bytes(path)
    except OSError as error:
        # Not there, not allowed, or a folder of that name.
        problem = Problem("file_missing", path.name, None, path.name, words_of(error))
        return RawTable(path.name, False, problems=(problem,), there=os.path.lexists(path))
    lines, problems, unread = text_lines(path.name, content)
    if not any(text.strip() for _, text in lines):
        if not problems:
            problems = [Problem("file_empty", path.name, None, path.name, "the file has no rows")]
        return RawTable(path.name, False, problems=tuple(problems), content=content)
    layout = _layout(lines, columns, header)
    if layout is None:
        first = lines[0][1][:200]
        what = "a header with" if header else f"no header and {len(columns)} fields a row:"
        reason = f"expected {what} {', '.join(columns)}"
        problems.append(Problem("file_columns", path.name, lines[0][0], first, reason))
        return RawTable(path.name, False, problems=tuple(problems), content=content)
    separator, names = layout
    body = lines[1:] if header else lines
    # Only a caption can hold a line break.
    rows, bad = table_rows(path.name, body, Layout(separator, names, "query_text" in names))
    texts = dict(body)
    unread |= {p.line: texts[p.line] for p in bad if p.line is not None and p.level == "error"}
    if not rows and not bad and not problems:
        bad = [Problem("file_empty", path.name, None, path.name, "the file has a header and no rows")]
    return RawTable(path.name, True, tuple(rows), tuple(problems + bad), content, unread)


def split_line(text: str, separator: str) -> list[str] | None:
    r"""Split one line into fields, or return None where a quote is left open.

    >>> split_line('a,"b, c",d', ",")
    ['a', 'b, c', 'd']
    >>> split_line('a|a sign that says " active . "', "|")
    ['a', 'a sign that says " active . "']
    >>> split_line('a,"b', ",") is None
    True
    """
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def text_lines(file: str, content: bytes) -> tuple[list[tuple[int, str]], list[Problem], dict[int, str]]:
    """Cut the bytes into numbered lines of text; a line that is not UTF-8 becomes a problem, and is told apart."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        reason = "the file is UTF-16; save it as UTF-8"
        return [], [Problem("file_not_utf8", file, None, file, reason)], {}
    lines: list[tuple[int, str]] = []
    problems: list[Problem] = []
    unread: dict[int, str] = {}
    for number, line in enumerate(re.split(rb"\r\n|\n|\r", content.removeprefix(b"\xef\xbb\xbf")), start=1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            excerpt = line.decode("utf-8", errors="backslashreplace")[:200]
            reason = f"byte {error.start + 1} of the line is not UTF-8; save the file as UTF-8"
            problems.append(Problem("file_not_utf8", file, number, excerpt, reason))
            unread[number] = line.decode("utf-8", errors="replace")
            continue
        if "\0" in text:
            problems.append(Problem("file_not_utf8", file, number, text[:200], "the line holds a zero byte"))
            unread[number] = text
        elif text.strip():
            lines.append((number, text))
    return lines, problems, unread


def _layout(
    lines: list[tuple[int, str]], columns: Sequence[str], header: bool
) -> tuple[str, list[str]] | None:
    """Find the separator and the names of all columns in order, or None if nothing fits."""
    if header:
        for separator in SEPARATORS if len(lines[0][1]) <= LONGEST_LINE else ():
            names = [name.strip() for name in split_line(lines[0][1], separator) or []]
            if set(columns) <= set(names) and len(set(names)) == len(names):
                return separator, names
        return None
    # The first lines vote, so that one broken line, or one that is too long for a row, does not decide.
    votes: Counter[str] = Counter()
    for text in [text for _, text in lines if len(text) <= LONGEST_LINE][:100]:
        for separator in SEPARATORS:
            votes[separator] += len(split_line(text, separator) or []) == len(columns)
    separator, count = max(votes.items(), key=lambda vote: vote[1], default=("", 0))
    return (separator, list(columns)) if count else None


def table_rows(
    file: str, lines: Sequence[tuple[int, str]], layout: Layout
) -> tuple[list[TableRow], list[Problem]]:
    """Cut numbered lines into rows; what is none becomes a problem at its line."""
    rows: list[TableRow] = []
    problems: list[Problem] = []
    names, at = layout.names, 0
    while at < len(lines):
        number, text = lines[at]
        if len(text) > LONGEST_LINE:
            reason = f"the line has {len(text):,} signs, more than {LONGEST_LINE:,}: no row is as long"
            problems.append(Problem("row_width", file, number, text[:200], reason))
            at += 1
            continue
        fields, line_count = _one_row(lines, at, layout)
        at += line_count
        if fields is None:
            reason = "a quote opens and never closes"
            problems.append(Problem("row_open_quote", file, number, text[:200], reason))
        elif len(fields) != len(names):
            column_names = ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
            reason = f"expected {len(names)} fields ({column_names[:LONGEST_REASON]}), got {len(fields)}"
            problems.append(Problem("row_width", file, number, text[:200], reason))
        else:
            rows.append(TableRow(number, dict(zip(names, (value.strip() for value in fields), strict=True))))
            if line_count > 1:
                reason = f"one row in {line_count} lines"
                problems.append(Problem("row_lines", file, number, text[:200], reason))
    return rows, problems


def _one_row(lines: Sequence[tuple[int, str]], at: int, layout: Layout) -> tuple[list[str] | None, int]:
    """Return the fields of the row that starts at line `at` (None: an open quote), and how many lines it takes."""
    text, width, separator = lines[at][1], len(layout.names), layout.separator
    fields = split_line(text, separator)
    if fields is not None:
        if layout.last_takes_rest and len(fields) > width:
            fields = [*fields[: width - 1], separator.join(fields[width - 1 :])]
        return fields, 1
    for more in range(1, MOST_LINES_IN_A_FIELD + 1 if layout.many_lines else 0):
        # A line that could be a row by itself is never taken for the rest of a caption.
        if at + more >= len(lines) or layout.begins_row(lines[at + more][1]):
            break
        text += "\n" + lines[at + more][1]
        try:
            fields = next(csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True))
        except csv.Error:
            continue
        if len(fields) == width:
            return fields, more + 1
        break
    # Comma-separated files quote their texts, so this one is damaged. In the others a quote is a sign like any.
    literal = lines[at][1].split(separator)
    return (literal if separator != "," and len(literal) == width else None), 1
