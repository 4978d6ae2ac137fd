"""Captions -> which of their owners are test photos under other names: a text must not leak what its photo may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from withsense_tf.data.folder.cells import BadRowError, split_caption_id
from withsense_tf.data.folder.photo_names import PhotoNames
from withsense_tf.data.folder.problems import Problem
from withsense_tf.data.folder.tables import RawTable

WORDS: Final = re.compile(r"\w+")
# Two people may say the same of two photos ("A dog running through water with a ball in its mouth" is there twice in
# the real corpus), but not of most captions of a photo.
SAME: Final = 0.5


def renamed_test_photos(tables: Iterable[RawTable], names: PhotoNames) -> list[Problem]:
    """Return a problem for each owner of captions, half or more of whose are those of test photos.

    Photos that are judged keep their captions: they were compared with test photos by their looks and stand in pairs.
    """
    of_test: dict[str, str] = {}
    others: dict[str, tuple[str, int, dict[str, str]]] = {}
    for table in tables:
        for row in table.rows:
            try:
                owner, _ = split_caption_id(row.fields["query_id"])
            except BadRowError:
                continue
            text = " ".join(WORDS.findall(unicodedata.normalize("NFKC", row.fields["query_text"]).casefold()))
            if text and owner in names.test:
                of_test.setdefault(text, owner)
            elif text and owner not in names.files["train"]:
                others.setdefault(owner, (table.file, row.line, {}))[2][row.fields["query_id"]] = text
    problems = []
    for owner, (file, line, texts) in others.items():
        same = [of_test[text] for text in texts.values() if text in of_test]
        if len(same) >= SAME * len(texts):
            reason = f"{len(same)} of its {len(texts)} captions are captions of test photos, as of {same[0]}"
            problems.append(Problem("caption_of_test", file, line, owner, reason))
    return problems
