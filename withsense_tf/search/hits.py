"""What a search answers: hits, places that the law keeps empty, the legal notice, or that nothing fits."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.errors import check_choice, check_kind
from withsense_tf.file_access import path_of
from withsense_tf.index.trail.restriction_reasons import SAYS, TYPED_SAYS
from withsense_tf.search.places import Hit, Withheld

if TYPE_CHECKING:
    from PIL import Image

# How the nearest photos are asked for all the same: in Python and over HTTP, and in a terminal.
ANY_MINIMUM: Final = "minimum=0"
TYPED_MINIMUM: Final = "--minimum 0"
# What a terminal writes beside what a search found, by language.
LABELS: Final = {
    "en": {
        "like": "Like", "without": "Without photos that say", "where": "Filters", "country": "Country",
        "image": "pixels", "captions": "captions", "words": "words", "copies": ", and {} like it", "more": "more",
    },
    "ru": {
        "like": "Похоже на", "without": "Без снимков, о которых сказано", "where": "Фильтры", "country": "Страна",
        "image": "пиксели", "captions": "подписи", "words": "слова", "copies": ", и похожих: {}", "more": "ещё",
    },
}  # fmt: skip
# Where no chance decides, the line says nothing of what else could be done.
TOO_LOW: Final = re.compile(r"(?<=is the least)\.")


@dataclass(frozen=True, repr=False)
class Hits:
    """The answer to a query. Where `notice` stands, the query itself may not be answered, and there are no hits.

    - `places`: the hits, and the places that are withheld, in their order
    - `message`: what a person should know, such as that nothing fits well or that a word is not known
    - `after`: what to ask for the next page with, or None if this is the last
    - `where`: the filters that photos had to meet, also those that were typed amid the query
    - `country`: where the answer is read; None where the strictest rule holds
    - `like`: the photo that was the query, or part of it
    - `without`: terms that were taken out of the query because they must not be in a photo
    - `calibration`: what the scores were learned from: how (`by`: judged, captions, none, unknown), `data`, `pairs`
    - `encoders`: what sees the photos and reads the texts (`photo`, `text`), and whose `weights` these have
    - `corrections`: words that nobody knows or captions write otherwise, each with what was looked for in its place
    - `chance`: how probable it is that the best photo that may be shown is what the text asks for, from 0 to 1; None
      for photos and other languages as queries, and where the model learned none
    - `fits`: whether that is enough; where it is not, the hits are the nearest alone, as they were asked for
    - `has_nearest`: whether `minimum=0` gives photos where nothing fits; none where nothing of the query is read
    """

    query: str
    places: tuple[Hit | Withheld, ...] = ()
    notice: str | None = None
    message: str | None = None
    after: str | None = None
    without: tuple[str, ...] = ()
    like: str | None = None
    calibration: Mapping[str, Any] = field(default_factory=dict)
    corrections: tuple[tuple[str, str], ...] = ()
    chance: float | None = None
    fits: bool = True
    encoders: Mapping[str, str] = field(default_factory=dict)
    has_nearest: bool = False
    where: tuple[str, ...] = ()
    country: str | None = None

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Return the photos that were found."""
        return tuple(place for place in self.places if isinstance(place, Hit))

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """Return the places where the law stands."""
        return tuple(place for place in self.places if isinstance(place, Withheld))

    def __iter__(self) -> Any:
        return iter(self.hits)

    def __getitem__(self, at: Any) -> Any:
        return self.hits[at]

    def __len__(self) -> int:
        return len(self.hits)

    def __bool__(self) -> bool:
        return bool(self.hits)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as JSON has it."""
        return {
            "query": self.query,
            "hits": [hit.as_dict() for hit in self.hits],
            "like": self.like,
            "notice": self.notice,
            "withheld": [{"place": place.place, "notice": place.notice} for place in self.withheld],
            "without": list(self.without),
            "where": list(self.where),
            "country": self.country,
            "corrections": dict(self.corrections),
            "message": self.message,
            "after": self.after,
            "calibration": dict(self.calibration) or None,
            "encoders": dict(self.encoders) or None,
            "chance": self.chance,
            "fits": self.fits,
        }

    def as_text(self, language: str = "en") -> str:
        """Return the answer as a terminal shows it, labelled in a language ("en" or "ru"); the message is as it is."""
        labels = LABELS[check_choice("language", language, LABELS)]
        lines = self._question(labels)
        for notice, row in groupby(self.places, lambda place: getattr(place, "notice", None)):
            first, *rest = row
            if notice is not None:
                lines.append(f"{first.place:>3}  {notice}{f' (x {len(rest) + 1})' * bool(rest)}")
                continue
            lines += [_line(place, labels) for place in (first, *rest) if isinstance(place, Hit)]
        lines += [text for text in (self.notice, self._typed_message()) if text]
        return "\n".join(lines)

    def _question(self, labels: Mapping[str, str]) -> list[str]:
        """Return what was asked beside the query, a line each."""
        parts = {
            "like": self.like if self.query else None,
            "without": ", ".join(self.without),
            "where": ", ".join(self.where),
            "country": self.country,
        }
        return [f"{labels[name]}: {part}" for name, part in parts.items() if part]

    def _typed_message(self) -> str:
        """Return the message with the option by which a terminal asks for the nearest photos."""
        message = TOO_LOW.sub(f"; nearest with {ANY_MINIMUM}.", self.message or "", count=1)
        return (
            message.replace(ANY_MINIMUM, TYPED_MINIMUM)
            .replace(SAYS, TYPED_SAYS)
            .replace("fill=True", "--fill")
        )

    def __repr__(self) -> str:
        question = "".join(f"; {line}" for line in self._question(LABELS["en"]))
        return f"Hits({self.query or self.like!r}{question}: {self.notice or self.message or f'{len(self)} photos'})"

    def save(self, file: str | Path, theme: str = "light") -> Path:
        """Draw the answer as a contact sheet into a PNG or JPEG file, and return its path; `theme` may be "dark"."""
        from withsense_tf.search.contact_sheet import check_picture

        check_kind("save", file, (str, Path), "the name of a picture, such as sheet.png")
        path = path_of(file)
        check_picture(path)
        # A picture that was there stays until the new one is whole.
        with whole_file(path, path.suffix) as draft:
            self.sheet(theme).save(draft)
        return path

    def _repr_png_(self) -> bytes:
        """Show the contact sheet in a notebook."""
        stream = io.BytesIO()
        self.sheet().save(stream, format="PNG")
        return stream.getvalue()

    def sheet(self, theme: str = "light") -> Image.Image:
        """Return the contact sheet; a notebook shows it, by `theme="dark"` on a dark ground."""
        from withsense_tf.search.contact_sheet import contact_sheet  # late: most answers are not drawn

        heads = [f"“{self.query}”" if self.query else f"Like: {self.like}", *self._question(LABELS["en"])]
        return contact_sheet(
            heads, self.places, [text for text in (self.notice, self.message) if text], theme
        )


def _line(hit: Hit, labels: Mapping[str, str]) -> str:
    scores = {"image": hit.image_score, "captions": hit.caption_score, "words": hit.word_score}
    why = [f"{labels[name]} {score:.2f}" for name, score in scores.items() if score is not None]
    more = labels["copies"].format(len(hit.duplicates)) if hit.duplicates else ""
    return f"{hit.place:>3}  {hit.score:.2f}  {hit.photo}  ({', '.join(why)}{more})"
