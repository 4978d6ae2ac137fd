"""The places of an answer: a photo that was found, or the notice where the law keeps a place empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# A terminal is told its option (`search/hits`), and a page nothing: more photos come there by themselves.
LOOK_BEHIND: Final = " Pass fill=True to look behind them."
ALL_WITHHELD: Final = f"Every place here is withheld.{LOOK_BEHIND}"


@dataclass(frozen=True)
class Hit:
    """A photo that was found: its place from 1, its score from 0 to 1, and why it was found.

    `image_score` is what its pixels say, `caption_score` how like its captions are, and `word_score` how well they have
    the query's words, where the model asks them.
    `duplicates` are photos that look the same and stand behind this one. `digest` is the SHA-256 of the file that was
    judged: the file at `path` may be another one by now. The contact sheet compares it before it draws, and so must
    whoever opens `path` (`open_upright(hit.path, digest=hit.digest)`). Without a digest nothing is drawn.
    """

    place: int
    photo: str
    path: Path
    score: float
    image_score: float | None = None
    caption_score: float | None = None
    duplicates: tuple[str, ...] = ()
    digest: str = ""
    word_score: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what a JSON answer says of the hit."""
        return {
            "photo": self.photo,
            "score": round(self.score, 4),
            "place": self.place,
            "image_score": None if self.image_score is None else round(self.image_score, 4),
            "caption_score": None if self.caption_score is None else round(self.caption_score, 4),
            "word_score": None if self.word_score is None else round(self.word_score, 4),
            "path": str(self.path),
            "digest": self.digest,
            "duplicates": list(self.duplicates),
        }


@dataclass(frozen=True)
class Withheld:
    """A place where a photo would have stood that may not be shown here."""

    place: int
    notice: str
