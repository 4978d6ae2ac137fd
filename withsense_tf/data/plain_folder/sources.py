"""Where the captions of a folder come from, in numbers and in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from withsense_tf.data.embedded.file_words import DESCRIPTION, KEYWORD, Embedded
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.table_rows import Caption
from withsense_tf.data.plain_folder.findings import SIDE_XMP, Findings
from withsense_tf.data.plain_folder.side_cars import SIDE_CAR
from withsense_tf.errors import some_of

COLUMNS = ["source", "photos", "captions", "how"]
MOST_NAMED = 5
UNLESS = (
    "unless a judge of photos says so (index build --photo-judge, or ws.Policy.default(photo_judge=...)) or a person "
    "(policy decide, and then --overrides or ws.Policy.default(overrides=...))."
)
USUAL_CAPTIONS = (
    "captions.csv (columns file and caption), beside the photos or in them (docs/reference/any_folder.md)"
)


def count_words_of_files(
    captions: Iterable[Caption], words_in_files: Mapping[str, Embedded], findings: Findings
) -> None:
    """Count the captions that stood in photo files and XMP side-cars, by what held them; note who has keywords."""
    findings.keywords |= {
        photo for photo, words in words_in_files.items() if any(one.kind == KEYWORD for one in words.texts)
    }
    for caption in captions:
        texts = words_in_files[caption.photo].texts
        same = [one for one in texts if one.kind == DESCRIPTION and one.text == caption.text]
        # What is no description of the file is its keywords, put together.
        where = (same or [one for one in texts if one.text in caption.text])[0].where
        findings.count(caption.photo, SIDE_XMP if where.startswith(SIDE_CAR) else where.split()[0])


def source_table(findings: Findings, usable: Collection[str]) -> pd.DataFrame:
    """Return each source of captions, with how many `usable` photos it has captions of, and how a table was read."""
    rows = []
    for name in sorted(findings.sources.keys() | findings.how.keys()):
        counts = [n for photo, n in findings.sources.get(name, {}).items() if photo in usable]
        rows.append((name, len(counts), sum(counts), findings.how.get(name, "")))
    rows.sort(key=lambda row: -row[1])
    return pd.DataFrame(rows, columns=COLUMNS).astype({"source": "str", "how": "str"})


def without_captions(expected: str = USUAL_CAPTIONS) -> str:
    """Say that no photo has a caption, what works all the same, and what to do."""
    return (
        f"no photo has a caption. Expected captions in {expected}. Without them nothing can be learned or compared, "
        "and photos are searched by a photo or by their pixels alone. Where the law protects children, none is shown "
        f"{UNLESS}"
    )


def told_sources(
    photos: int, with_captions: int, sources: pd.DataFrame, problems: Sequence[Problem], keywords: int = 0
) -> str:
    """Return what was found in a folder, as a user should read it before the work starts.

    So many of the photos without captions have `keywords` alone.
    """
    parts = [f"{count:,} from {name}" for name, count in sources[["source", "photos"]].to_numpy() if count]
    line = f"{photos:,} photos, {with_captions:,} with captions" + (f": {', '.join(parts)}" if parts else "")
    if not with_captions:
        line = f"{photos:,} photos, none with captions: where the law protects children none is shown"
    elif with_captions < photos:
        line += f"; {photos - with_captions:,} without: where the law protects children these are not shown"
    if keywords:
        line += f"; {keywords:,} of those without have keywords alone"
    lines = [f"{line}."]
    lines += [f"  {name}: {how}" for name, how in sources[["source", "how"]].to_numpy() if how]
    for kind, sentence in (
        ("file_not_read", "cannot be read, and count against the photos that they may speak of"),
        ("file_note", "count for the law, of all photos beside them"),
        ("file_no_photo", "name no photo of the folder"),
    ):
        files = list(dict.fromkeys(problem.file for problem in problems if problem.kind == kind))
        if files:
            lines.append(f"  {sentence}: {some_of(files, MOST_NAMED)}")
    return "\n".join(lines)
