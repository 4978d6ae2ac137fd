"""One answer to one question, from one state of an index: down the ranking until all places are filled."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.errors import SettingError
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.vectors.filters import Where, to_sql
from withsense_tf.index.vectors.vector_index import Keep
from withsense_tf.matchers.search_forms import PHOTO, unit
from withsense_tf.search.hits import Hits
from withsense_tf.search.page_end import After
from withsense_tf.search.places import Hit, Withheld
from withsense_tf.search.query.known_words import not_known, not_read
from withsense_tf.search.query.mentions import mentions
from withsense_tf.search.query.parse import Query
from withsense_tf.search.query.photo_query import PhotoQuery
from withsense_tf.search.row_ranking import Ranked, rank

# A photo without captions is left out if its pixels fit a term that must not be there at least so well. On held-out
# photos of Flickr8k that leaves out 72 % of those that show it, and 2 % of the others (experiments/RESULTS.md).
SHOWS: Final = 1 / 3
# Behind a best photo that fits, others may fit less, down to this share of the least that the best one needs.
FLOOR: Final = 0.3
# So many more rows than places are looked at first: some are folded, withheld or left out.
SPARE: Final = 40
# Rows whose photos are looked up at once.
LOOKED_UP: Final = 200


@dataclass(frozen=True)
class Request:
    """All that a search is asked for; `typed` is the text as it came."""

    typed: str
    query: Query
    photo: str | None
    like: PhotoQuery | None
    where: Where
    minimum: float
    k: int
    text_share: float
    fill: bool = False

    def digest(self, model: int) -> str:
        """Name the question and the model that answers it: pages of one question go together."""
        told = [
            self.typed,
            self.photo,
            [asdict(part) for part in self.where],
            self.minimum,
            self.text_share,
            model,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Photo:
    number: int
    name: str
    path: str
    fold: int
    digest: str = ""


@dataclass
class _Walk:
    """What came of one walk: the places, the number of the best photo, and how it ended."""

    places: list[Hit | Withheld]
    photos: int = 0
    end: tuple[float, int] | None = None  # score and row of the last photo
    best: float | None = None
    fits: bool = False
    more: bool = False
    ended: bool = False


class Answer:
    """One answer in the making."""

    def __init__(
        self,
        generation: Generation,
        tables: sqlite3.Connection,
        door: IndexDoor,
        asked: Request,
        after: After | None,
    ) -> None:
        self.generation, self.tables, self.door = generation, tables, door
        self.asked, self.after = asked, after
        self.form = generation.form
        self.question = asked.digest(generation.number)
        without = list(asked.query.without)
        self.terms = self.form.queries(without) if without else np.zeros((0, 0), np.float32)

    def hits(self) -> Hits:
        """Walk down the ranking until all places are filled, or nothing fits any more."""
        asked = self.asked
        nothing = Hits(asked.typed, without=asked.query.without, like=asked.photo)
        if asked.query.text and (message := not_read(asked.query.text, self.form, self.door.policy)):
            return replace(nothing, message=message)
        vector, keep = self._vector(), self._keep()
        window = 4 * asked.k + SPARE
        while True:
            ranked = rank(self.generation, self.tables, vector, window, keep, asked.like is not None)
            walk = self._walk(ranked)
            if walk.more or walk.ended or len(ranked) < window:
                break
            window *= 4
        return replace(
            nothing, places=tuple(walk.places), message=self._message(walk), after=self._next(walk)
        )

    def _walk(self, ranked: Ranked) -> _Walk:
        asked, walk = self.asked, _Walk([])
        seen: set[int] = set()
        after = self.after
        own = asked.like.name if asked.like is not None else None
        skip, place = (after.withheld, after.place) if after is not None else (0, 0)
        walk.fits = after is not None and after.fits
        for at, photo in self._live(ranked):
            score, row, number = float(ranked.scores[at]), int(ranked.rows[at]), float(ranked.numbers[at])
            if photo.name == own or photo.fold in seen:
                continue
            allowed = self._allowed(photo.name)
            # What may not be shown says nothing of its captions and columns: minus words leave its place as it is,
            # and filters leave it none.
            if self._left_out(row, photo) if allowed else asked.where:
                continue
            seen.add(photo.fold)
            if allowed and walk.best is None:
                walk.best = number
                walk.fits = walk.fits or number >= asked.minimum
            # A photo that is withheld does not make weaker ones fit, or its place would tell of it.
            if number < (FLOOR * asked.minimum if walk.fits else asked.minimum):
                # A hybrid's numbers need not fall with every step, so the rest of what was looked at may have more.
                walk.ended = True
                continue
            if after is not None and not after.before(score, row):
                continue
            if skip and not allowed:
                skip -= 1
                continue
            if (walk.photos if asked.fill else len(walk.places)) == asked.k:
                walk.more = True
                break
            place += 1
            if allowed:
                walk.photos += 1
                walk.places.append(self._hit(ranked, at, place, photo))
                walk.end = (score, row)
            else:
                walk.places.append(self._withheld(place, photo))
        return walk

    def _next(self, walk: _Walk) -> str | None:
        """Return where the page ended, told by its last photo: a place that is withheld has a score, too."""
        if not walk.more:
            return None
        behind, before = 0, self.after
        for place in reversed(walk.places):
            if isinstance(place, Hit):
                break
            behind += 1
        score, row = walk.end or ((before.score, before.row) if before is not None else (np.inf, -1))
        if walk.end is None and before is not None:
            behind += before.withheld
        return After(self.question, float(score), row, walk.places[-1].place, behind, walk.fits).write()

    def _withheld(self, place: int, photo: _Photo) -> Withheld:
        self.door.results([photo.name])  # the audit log has what was withheld
        return Withheld(place, self.door.rule.message)

    def _allowed(self, photo: str) -> bool:
        # A permission to show a photo is none to let it be found.
        return self.door.photo(photo, "show") and self.door.photo(photo, "search")

    def _hit(self, ranked: Ranked, at: int, place: int, photo: _Photo) -> Hit:
        return Hit(
            place,
            photo.name,
            Path(photo.path),
            float(ranked.numbers[at]),
            _number(ranked.image, at),
            _number(ranked.captions, at),
            self._duplicates(photo),
            photo.digest,
        )

    def _duplicates(self, photo: _Photo) -> tuple[str, ...]:
        """Return the names of photos that look the same, may be shown, and are what was asked for."""
        condition, values = to_sql(self.asked.where)
        own = self.asked.like.name if self.asked.like is not None else None
        found = self.tables.execute(
            "SELECT photo, name, path, fold, row FROM (SELECT id AS photo, name, path, fold, row FROM live "
            "JOIN rows ON rows.photo = live.id AND generation = ? "
            f"WHERE fold = ? AND id != ?) WHERE {condition} ORDER BY name",
            (self.generation.number, photo.fold, photo.number, *values),
        ).fetchall()
        return tuple(
            name
            for number, name, path, fold, row in found
            if self.door.photo(name, "show")
            and self.door.photo(name, "search")
            and name != own
            and not self._left_out(row, _Photo(number, name, path, fold))
        )

    def _live(self, ranked: Ranked) -> Iterator[tuple[int, _Photo]]:
        """Yield the places in the ranking, each with its photo, of rows that this state of the index has."""
        for start in range(0, len(ranked), LOOKED_UP):
            rows = ranked.rows[start : start + LOOKED_UP].tolist()
            found = {
                row: _Photo(*told)
                for row, *told in self.tables.execute(
                    "SELECT row, live.id, name, path, fold, digest FROM rows JOIN live ON live.id = rows.photo "
                    f"WHERE generation = ? AND row IN ({', '.join(map(str, rows))})",
                    (self.generation.number,),
                )
            }
            for at, row in enumerate(rows, start):
                if row in found:
                    yield at, found[row]

    def _left_out(self, row: int, photo: _Photo) -> bool:
        """Tell whether a photo has what must not be there: its captions say so, or its pixels show it."""
        if not self.asked.query.without:
            return False
        captions = self.tables.execute(
            "SELECT text FROM captions WHERE photo = ? AND counts = 1", (photo.number,)
        ).fetchall()
        if any(mentions(text, term) for (text,) in captions for term in self.asked.query.without):
            return True
        engine = self.generation.vectors.get(PHOTO)
        if engine is None or captions:
            # People have said what is there, and know better.
            return False
        pixels = getattr(self.form, "pixels", self.form)
        vector = engine.get(np.array([row]))
        return any(float(pixels.number(pixels.scan(vector, term))[0]) >= SHOWS for term in self.terms)

    def _vector(self) -> np.ndarray:
        asked = self.asked
        text = self.form.queries([asked.query.text])[0] if asked.query.text else None
        if asked.like is None:
            if text is None:
                raise SettingError("Nothing to search for: give a text, a photo, or both.")
            return np.asarray(text)
        seen = asked.like.point
        if text is None:
            return np.asarray(seen, np.float32)
        both = asked.text_share * unit(text) + (1 - asked.text_share) * seen
        return np.asarray(unit(both), np.float32)

    def _keep(self) -> Keep | None:
        if not self.asked.where:
            return None
        condition, values = to_sql(self.asked.where)

        @cache  # a hybrid asks twice
        def rows() -> np.ndarray:
            found = self.tables.execute(
                f"SELECT row FROM rows WHERE generation = ? AND {condition} ORDER BY row",
                (self.generation.number, *values),
            )
            return np.array([row for (row,) in found], np.int64)

        return Keep(self.asked.where, rows)

    def _message(self, walk: _Walk) -> str | None:
        parts = []
        found = any(isinstance(place, Hit) for place in walk.places)
        if not found and self.after is None and (walk.best is not None or not walk.places):
            if walk.best is None:
                parts.append("No photo of this index meets what was asked.")
            else:
                parts.append(
                    f"No good match: the best photo scores {walk.best:.2f}, and {self.asked.minimum:.2f} is the least."
                )
        text = self.asked.query.text
        if text and (unknown := not_known(text, self.form, self.door.policy)):
            parts.append(unknown)
        return " ".join(parts) or None


def _number(numbers: np.ndarray | None, at: int) -> float | None:
    return None if numbers is None or np.isnan(numbers[at]) else float(numbers[at])
