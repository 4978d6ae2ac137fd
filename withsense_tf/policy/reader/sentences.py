"""The sentences that the second reader learns from: patterns with gaps, filled from tables, and written ones.

The written ones are part of the source, and not of the package that is installed: only teaching needs them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import parse_toml, read_bytes
from withsense_tf.errors import DataError

FILE: Final = Path(__file__).parent / "sentences.toml"
# Hard sentences as several people wrote them, each by itself: label, language, kind and text.
BY_HAND: Final = Path(__file__).parent / "sentences.tsv"
# More of them, of which half were read when rules were mended; those of `BY_HAND` all were.
MORE: Final = Path(__file__).parent / "more_sentences.tsv"
LANGUAGES: Final = ("en", "ru")
GAP: Final = re.compile(r"\{(\w+)\}")
# So many fillings of a pattern with gaps; equal ones are kept once.
FILLINGS: Final = 24
SEED: Final = 17


@dataclass(frozen=True)
class Sentence:
    """A sentence to learn from, and the pattern that it was made of; one `by_hand` is its own."""

    text: str
    restricted: bool
    language: str
    kind: str
    pattern: str
    by_hand: bool = False


def all_sentences() -> list[Sentence]:
    """Return all sentences, in the same order every time; without the source's files this is a DataError."""
    return [*pattern_sentences(), *_lone_sentences(BY_HAND), *_lone_sentences(MORE)]


def pattern_sentences(fillings: int = FILLINGS) -> list[Sentence]:
    """Return the sentences that patterns make, in the same order every time."""
    raw = parse_toml(read_bytes(FILE).decode("utf-8"))
    return [
        sentence for language in LANGUAGES for sentence in _of_language(language, raw[language], fillings)
    ]


def _lone_sentences(file: Path) -> Iterator[Sentence]:
    try:
        content = read_bytes(file)
    except FileNotFoundError as error:
        raise DataError(
            f"{file} is not there: the sentences that the second reader is taught by are part of the source of "
            "withsense_tf, not of the installed package. Use a copy of the source."
        ) from error
    lines = [line for line in content.decode("utf-8").splitlines() if not line.startswith("# ")]
    for line in lines[1:]:  # behind the names of the columns
        label, language, kind, text = line.split("\t")
        yield Sentence(text, label == "restricted", language, kind, text, by_hand=True)


def _of_language(language: str, raw: Mapping[str, Any], fillings: int) -> Iterator[Sentence]:
    tables = {name: text.split("|") for name, text in raw["tables"].items()}
    rng = random.Random(SEED)
    met: set[str] = set()
    for kind in raw["kind"]:
        for pattern in kind["templates"]:
            for _ in range(kind.get("fillings", fillings)):
                text = GAP.sub(lambda gap: rng.choice(tables[gap[1]]), pattern).strip()
                if text not in met:
                    met.add(text)
                    yield Sentence(text, kind["restricted"], language, kind["name"], pattern)
