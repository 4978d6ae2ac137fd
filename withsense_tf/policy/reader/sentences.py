"""The sentences that the second reader learns from: patterns with gaps, filled from tables, and written ones."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from withsense_tf.common.limits import parse_toml, read_bytes

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


def all_sentences(file: Path = FILE, fillings: int = FILLINGS) -> list[Sentence]:
    """Return all sentences, in the same order every time."""
    raw = parse_toml(read_bytes(file).decode("utf-8"))
    sentences = [
        sentence for language in LANGUAGES for sentence in _of_language(language, raw[language], fillings)
    ]
    return [*sentences, *_lone_sentences(BY_HAND), *_lone_sentences(MORE)]


def _lone_sentences(file: Path) -> Iterator[Sentence]:
    lines = [line for line in read_bytes(file).decode("utf-8").splitlines() if not line.startswith("# ")]
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
