"""A page of an answer, and where it ended: the next one begins behind that whatever has come or gone meanwhile."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import Final, Self

from withsense_tf.common.limits import parse_json
from withsense_tf.errors import SettingError
from withsense_tf.search.live_rows import LivePhoto
from withsense_tf.search.places import Hit, Withheld

MOST_SIGNS: Final = 1_000  # `write` gives some 200


@dataclass
class Page:
    """What came of a walk: the places, the number of the best photo, and how it ended."""

    places: list[Hit | Withheld]
    shown: dict[int, LivePhoto] = field(default_factory=dict)  # the photo of each hit, by its place
    photos: int = 0
    end: tuple[float, int] | None = None  # score and row of the last photo
    best: float | None = None
    fits: bool = False
    more: bool = False
    ended: bool = False


@dataclass(frozen=True)
class PageEnd:
    """The end of a page: its question, the score and row of its last photo, by which photos are ordered, its place.

    `withheld` places came behind that photo; `fits` says whether the best photo was good enough.
    """

    question: str
    score: float
    row: int
    place: int
    withheld: int
    fits: bool

    def write(self) -> str:
        """Write it as one word, to be handed back with the next page's question."""
        cells = asdict(self) | {"score": self.score.hex()}
        return base64.urlsafe_b64encode(json.dumps(cells).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, question: str) -> Self:
        """Read what `write` wrote, for the same question to the same model."""
        try:
            if len(text) > MOST_SIGNS:
                raise ValueError("too long")
            cells = parse_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            end = cls(
                str(cells["question"]),
                float.fromhex(cells["score"]),
                int(cells["row"]),
                int(cells["place"]),
                int(cells["withheld"]),
                cells["fits"] is True,
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise SettingError(
                f"after={text[:60]!r} is no page: hand back the `after` of the answer before."
            ) from error
        if end.question != question:
            raise SettingError(
                "This page belongs to another question, or the index has a new model since: ask for the first page."
            )
        return end

    def before(self, score: float, row: int) -> bool:
        """Return whether a photo stands behind the end of the page."""
        return score < self.score or (score == self.score and row > self.row)
