"""A folder -> one report of everything that is wrong with it, kind by kind, with counts and examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from withsense_tf.common.cell_texts import html_lines, html_table
from withsense_tf.data.folder.contents import Contents
from withsense_tf.data.folder.load import lack_of_captions, read_folder
from withsense_tf.data.folder.problems import KINDS, NO_PHOTO, Problem
from withsense_tf.data.plain_folder.caption_file import CaptionFile

EXAMPLES = 5


@dataclass(frozen=True, repr=False)
class CheckReport:
    """What a folder holds and what is wrong with it. Truthy where nothing is left out, and no row lacks its photo."""

    folder: str
    counts: Mapping[str, tuple[int | None, int]]
    problems: tuple[Problem, ...]
    # What a folder without any captions is good for all the same.
    lack: str = ""
    # Where a plain folder has its captions.
    in_short: str = ""

    @property
    def left_out(self) -> int:
        """Count the rows, photos and files that loading leaves out."""
        return sum(problem.level == "error" for problem in self.problems)

    @property
    def without_photo(self) -> int:
        """Count the rows that name no photo of the folder: their photos may be gone."""
        return sum(problem.kind == NO_PHOTO for problem in self.problems)

    def by_kind(self) -> dict[str, list[Problem]]:
        """Group the problems by kind, in the order of the report."""
        groups: dict[str, list[Problem]] = {}
        for problem in self.problems:
            groups.setdefault(problem.kind, []).append(problem)
        return {kind: groups[kind] for kind in KINDS if kind in groups}

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain values for JSON."""
        return {
            "folder": self.folder,
            "ok": bool(self),
            "found": {what: {"in_file": rows, "usable": good} for what, (rows, good) in self.counts.items()},
            "left_out": self.left_out,
            "without_photo": self.without_photo,
            "lack": self.lack,
            "problems": [
                {
                    "kind": kind,
                    "level": KINDS[kind].level,
                    "title": KINDS[kind].title,
                    "count": len(problems),
                    "examples": [
                        {"file": p.file, "line": p.line, "item": p.item, "reason": p.reason}
                        for p in _examples(problems)
                    ],
                }
                for kind, problems in self.by_kind().items()
            ],
        }

    def as_text(self) -> str:
        """Return the report as text for a terminal."""
        lines = [*self.in_short.splitlines(), self.folder, "", f"  {'in file':>8} {'usable':>8}"]
        for what, (rows, good) in self.counts.items():
            lines.append(f"  {'' if rows is None else f'{rows:,}':>8} {good:>8,}  {what}")
        for level, heading in (
            ("error", "Left out when loading"),
            ("note", "Odd, and no photo is left out for it"),
        ):
            groups = {kind: ps for kind, ps in self.by_kind().items() if KINDS[kind].level == level}
            if groups:
                lines += ["", heading]
            for kind, problems in groups.items():
                lines.append(f"  {len(problems):>7,}  {KINDS[kind].title}  [{kind}]")
                for problem in _examples(problems):
                    reason = f": {problem.reason}" if problem.reason else ""
                    item = "" if problem.item in problem.file else f"  {problem.item}"
                    lines.append(f"           {problem.where}{item}{reason}")
                if len(problems) > EXAMPLES:
                    lines.append(f"           ... and {len(problems) - EXAMPLES:,} more")
        # What stands in a foreign file must not steer the terminal.
        return "\n".join(_printable(line) for line in [*lines, "", self._verdict()])

    def _verdict(self) -> str:
        verdict = (
            f"Rows, photos or files that are left out: {self.left_out:,}."
            if self.left_out
            else "Nothing is damaged."
        )
        if self.without_photo:
            verdict += f" Rows that name no photo of the folder: {self.without_photo:,}."
        return f"{verdict} But {self.lack}" if self.lack else verdict

    def __repr__(self) -> str:
        return f"CheckReport({self.folder}: {self._verdict()})"

    def _repr_html_(self) -> str:
        counts = [
            ("" if rows is None else f"{rows:,}", f"{good:,}", what)
            for what, (rows, good) in self.counts.items()
        ]
        tables = html_table(counts, ("in file", "usable", ""), self.folder)
        problems = [
            (
                f"{len(some):,}",
                KINDS[kind].title,
                KINDS[kind].level,
                f"{some[0].where} {some[0].reason}".rstrip(),
            )
            for kind, some in self.by_kind().items()
        ]
        if problems:
            tables += html_table(problems, ("count", "what", "level", "for example"))
        return tables + html_lines([self._verdict()])

    def __bool__(self) -> bool:
        return not self.left_out and not self.without_photo


def check_folder(
    folder: str | Path,
    captions: str | Path | CaptionFile | None = None,
) -> CheckReport:
    """Read every table and decode every photo of a folder; report all that is wrong.

    `captions` is as of `load_dataset`.
    """
    contents = read_folder(folder, True, captions)
    lack = lack_of_captions(contents)
    return CheckReport(str(contents.folder), _count(contents), contents.problems, lack, contents.in_short)


def _examples(problems: list[Problem]) -> list[Problem]:
    """Choose a few problems, of different photos as far as possible."""
    first = {problem.item.split(" + ")[0]: problem for problem in reversed(problems)}
    examples = list(reversed(first.values()))[:EXAMPLES]
    return examples + [problem for problem in problems if problem not in examples][: EXAMPLES - len(examples)]


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)


def _count(contents: Contents) -> dict[str, tuple[int | None, int]]:
    """Count photos and rows: how many the file has, and how many can be used."""
    tables, rows, names = contents.tables, contents.rows_in_file, contents.photo_files
    if contents.plain:
        return {
            "photos": (names["train"], len(tables["photos"])),
            "photos with captions": (None, tables["captions"]["photo"].nunique()),
            "captions": (None, len(tables["captions"])),
            **{
                f"photos with captions from {source}": (None, count)
                for source, count in tables["sources"][["source", "photos"]].itertuples(index=False)
                if count
            },
        }
    parts = tables["photos"]["part"]
    return {
        "training photos": (names["train"], int((parts == "train").sum())),
        "test photos": (names["test"], int((parts == "test").sum())),
        **(
            {"captioned photos": (names["corpus"], int((parts == "corpus").sum()))} if names["corpus"] else {}
        ),
        "judged pairs (train_dataset.csv)": (rows["train_dataset.csv"], len(tables["pairs"])),
        "expert rows": (rows["ExpertAnnotations.tsv"], len(tables["experts"])),
        "crowd rows": (rows["CrowdAnnotations.tsv"], len(tables["crowd"])),
        "test queries": (rows["test_queries.csv"], len(tables["queries"])),
        "captions with a text": (None, len(tables["captions"])),
    }
