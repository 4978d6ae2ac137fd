"""From one state of an index: down the ranking, until all places of an answer are filled."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import takewhile
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.model_generation import Generation
from withsense_tf.index.photo_index import calibration_of_model, encoders_of_model
from withsense_tf.index.tables.row_lookup import rows_that_meet
from withsense_tf.index.tables.words_table import rows_with_phrases
from withsense_tf.index.vectors.vector_index import Keep
from withsense_tf.matchers.chance.match_chance import REST, Chance
from withsense_tf.matchers.search_forms import PHOTO
from withsense_tf.search.filter_law import nothing_meets
from withsense_tf.search.fitness import chance_of_best, missing_words, nearest_alone, not_said, nothing_fits
from withsense_tf.search.hits import Hits
from withsense_tf.search.live_rows import LivePhoto, LiveRows, copies_of, greatest
from withsense_tf.search.page_end import Page, PageEnd
from withsense_tf.search.places import ALL_WITHHELD, Hit, Withheld
from withsense_tf.search.query.known_words import not_known, not_read
from withsense_tf.search.query.mentions import mentions, shuts_out_children
from withsense_tf.search.query.shown_words import ShownWords
from withsense_tf.search.row_ranking import RowRanking, number_at, rank
from withsense_tf.search.said_words import QueryWords
from withsense_tf.search.search_request import SearchRequest

T = TypeVar("T")

# A photo without captions is left out if its pixels fit a term that must not be there at least so well. On held-out
# photos of Flickr8k that leaves out 68 % of those that show it, and 2 % of the others (experiments/RESULTS.md).
SHOWS: Final = 0.2
# Behind a best photo that fits, others may fit less, down to this share of the least that the best one needs.
FLOOR: Final = 0.3
# So many more rows than places are looked at first: some are folded, withheld or left out.
SPARE: Final = 40


class RankingWalk:
    """A walk down the ranking of a request."""

    def __init__(
        self, generation: Generation, tables: sqlite3.Connection, door: IndexDoor, request: SearchRequest
    ) -> None:
        self.generation, self.tables, self.door = generation, tables, door
        self.request = request
        self.form = generation.form
        self.shown = ShownWords(tables, door)
        self._in_captions = partial(self.shown.tell_of, self.form)
        self.is_foreign = request.reading is not None and request.reading.language is not None
        self._allowed: dict[str, bool] = {}  # by name, for this walk
        self.has_shut_out = False  # a photo that stood before the best one
        self.question = request.digest(generation.number)
        self.after = None if request.after is None else PageEnd.read(request.after, self.question)
        without = list(request.query.without)
        is_read = bool(without) and not self.form.why_no_texts
        self.terms = self.form.queries(without) if is_read else np.zeros((0, 0), np.float32)
        self.no_notice = bool(request.where or request.query.phrases) or any(map(shuts_out_children, without))

    def hits(self) -> Hits:
        """Walk down the ranking until all places are filled, or nothing fits any more."""
        request = self.request
        text = request.query.text
        nothing = request.answer(
            self.door.country,
            without=request.without,
            like=request.photo,
            calibration=self._of_model("calibration", calibration_of_model).as_dict(),
            encoders=self._of_model("encoders", encoders_of_model),
        )
        if text and (message := not_read(text, self.form, self.door.policy, self._in_captions)):
            return replace(nothing, message=request.message([message]))
        vector, keep, similar = request.vector(self.form), self._keep(), request.like is not None
        asked_words = None if similar else QueryWords(text, self.shown.texts)
        has_chance = bool(text) and not similar and self.form.chance_ is not None
        window = 4 * request.k + SPARE
        while True:
            ranking = rank(self.generation, self.tables, vector, window, keep, asked_words)
            is_whole = len(ranking) < window
            live = LiveRows(self.tables, self.generation.number, self.door, ranking)
            best = self._best(ranking, live) if has_chance else []
            # The chance hangs on the best photos, and not on how many are looked at for a page.
            if not has_chance or len(best) > REST or is_whole:
                first, is_behind = ranking.take(best), self.has_shut_out
                chance = chance_of_best(self.generation, self.shown.texts, vector, text, first, is_behind)
                fits = chance is None or chance.fits or request.minimum is not None
                fits = fits or (self.after is not None and self.after.fits)
                is_none = not (fits or self._fits_with_withheld(ranking, vector))
                page = self._walk(ranking, live, chance, is_none)
                if page.more or page.ended or is_whole:
                    break
            window *= 4
        return replace(
            nothing,
            places=self._with_copies(page),
            message=self._message(page, chance),
            after=self._next(page),
            chance=None if chance is None or self.is_foreign else chance.value,
            fits=chance is None or chance.fits,
            has_nearest=request.minimum != 0
            and not page.photos
            and (page.best is not None or bool(page.places)),
        )

    def _of_model(self, what: str, find: Callable[[sqlite3.Connection, int], T]) -> T:
        number = self.generation.number
        return self.door.once_a_state(f"{what} of model {number}", lambda: find(self.tables, number))

    def _fits_with_withheld(self, ranking: RowRanking, vector: np.ndarray) -> bool:
        """Return whether something would fit by its look if all could be shown: withheld captions are not read."""
        live = LiveRows(self.tables, self.generation.number, self.door, looks := ranking.by_pixels())
        first = looks.take(self._best(looks, live, with_withheld=True))
        chance = chance_of_best(self.generation, None, vector, self.request.query.text, first)
        return chance is not None and chance.fits

    def _best(self, ranking: RowRanking, live: LiveRows, with_withheld: bool = False) -> list[int]:
        """Return where the best photos of the ranking stand that may be shown, as many as the chance looks at."""
        best: list[int] = []
        groups: set[int] = set()
        for at, photo in live:
            may_show = self._may_show(photo.name)
            if photo.fold in groups or not (self._meets(photo) if may_show else with_withheld):
                continue
            if may_show and self._is_shut_out(int(ranking.rows[at]), photo):
                self.has_shut_out = self.has_shut_out or not best
            else:
                groups.add(photo.fold)
                best.append(at)
            if len(best) > REST:
                break
        return best

    def _walk(self, ranking: RowRanking, live: LiveRows, chance: Chance | None, is_none: bool) -> Page:
        request, page, least = self.request, Page([]), self.request.least
        decides = chance is not None and request.minimum is None
        groups: set[int] = set()
        floor, after = FLOOR * least, self.after
        skip, place = (after.withheld, after.place) if after is not None else (0, 0)
        page.fits = (after is not None and after.fits) or (decides and chance is not None and chance.fits)
        for at, photo in live:
            score, row, number = float(ranking.scores[at]), int(ranking.rows[at]), float(ranking.numbers[at])
            if photo.name == request.own_name or photo.fold in groups:
                continue
            may_show = self._may_show(photo.name)
            # What may not be shown says nothing of its captions and columns: minus words leave its place as it is, and
            # filters and quotations leave it none. Nor has it one where nobody, or no child, is to be there.
            if self._left_out(row, photo) if may_show else self.no_notice:
                continue
            groups.add(photo.fold)
            if may_show and page.best is None:
                page.best = number
                page.fits = page.fits or (not decides and number >= least)
                floor = min(floor, number) if decides else floor
            # A photo that is withheld does not make weaker ones fit, or its place would tell of it.
            if (
                is_none
                or (may_show and decides and not page.fits)
                or number < (floor if page.fits else least)
            ):
                # A hybrid's numbers need not fall with every step, so the rest of what was looked at may have more.
                page.ended = True
                continue
            if after is not None and not after.before(score, row):
                continue
            if skip and not may_show:
                skip -= 1
                continue
            if (page.photos if request.fill else len(page.places)) == request.k:
                page.more = True
                break
            place += 1
            if may_show:
                page.photos += 1
                page.places.append(self._hit(ranking, at, place, photo))
                page.shown[place] = photo
                page.end = (score, row)
            else:
                self.door.results([photo.name])  # the audit log has what was withheld
                page.places.append(Withheld(place, self.door.rule.message))
        return page

    def _next(self, page: Page) -> str | None:
        """Return where the page ended, told by its last photo: a place that is withheld has a score, too."""
        if not page.more:
            return None
        before = self.after
        behind = len(list(takewhile(lambda place: isinstance(place, Withheld), reversed(page.places))))
        score, row = page.end or ((before.score, before.row) if before is not None else (np.inf, -1))
        if page.end is None and before is not None:
            behind += before.withheld
        return PageEnd(self.question, float(score), row, page.places[-1].place, behind, page.fits).write()

    def _may_show(self, photo: str) -> bool:
        if photo not in self._allowed:
            self._allowed[photo] = self.door.lets_find(photo)
        return self._allowed[photo]

    def _hit(self, ranking: RowRanking, at: int, place: int, photo: LivePhoto) -> Hit:
        return Hit(
            place,
            photo.name,
            Path(photo.path),
            float(ranking.numbers[at]),
            number_at(ranking.image, at),
            number_at(ranking.captions, at),
            digest=photo.digest,
            word_score=number_at(ranking.words, at),
        )

    def _with_copies(self, page: Page) -> tuple[Hit | Withheld, ...]:
        """Return the places, each hit with what looks like it, may be shown, and is what was asked for."""
        copies = copies_of(
            self.tables, self.generation.number, self.door, page.shown.values(), self.request.where
        )
        return tuple(
            self._as_greatest(place, page.shown[place.place], copies[page.shown[place.place].number])
            if isinstance(place, Hit)
            else place
            for place in page.places
        )

    def _as_greatest(self, hit: Hit, photo: LivePhoto, copies: Sequence[tuple[int, LivePhoto]]) -> Hit:
        """Return a hit with the greatest picture of its copies; those of folders go before uploads."""
        own = self.request.own_name
        some = [
            copy
            for row, copy in copies
            if self._may_show(copy.name) and copy.name != own and not self._left_out(row, copy)
        ]
        first = greatest(self.tables, some, photo)
        others = tuple(copy.name for copy in some if copy.number != first.number)
        return replace(hit, photo=first.name, path=Path(first.path), digest=first.digest, duplicates=others)

    def _left_out(self, row: int, photo: LivePhoto) -> bool:
        """Return whether a photo has what must not be there or, as far as may be told, lacks what was asked for."""
        return not self._meets(photo) or self._is_shut_out(row, photo)

    def _meets(self, photo: LivePhoto) -> bool:
        return self.shown.texts.meets(photo.number, self.request.where, self.request.query.phrases)

    def _is_shut_out(self, row: int, photo: LivePhoto) -> bool:
        if not (without := self.request.query.without):
            return False
        captions, keywords = self.shown.texts.said_of(photo.number).texts
        if any(mentions(text, term) for text in (*captions, *keywords) for term in without):
            return True
        engine = self.generation.vectors.get(PHOTO)
        if engine is None or captions:  # people have said what is there, and know better
            return False
        pixels = getattr(self.form, "pixels", self.form)
        vector = engine.get(np.array([row]))
        return any(float(pixels.numbers_at(vector, term)[0]) >= SHOWS for term in self.terms)

    def _keep(self) -> Keep | None:
        where, phrases = self.request.where, self.request.query.phrases
        if not where and not phrases:
            return None

        @cache  # a hybrid asks several times
        def rows() -> np.ndarray:
            if phrases:
                return rows_with_phrases(self.tables, self.generation.number, phrases, where)
            return rows_that_meet(self.tables, self.generation.number, where)

        return Keep(where, rows, listed=bool(phrases))

    def _message(self, page: Page, chance: Chance | None) -> str | None:
        parts = []
        request, text, is_first = self.request, self.request.query.text, self.after is None
        # A photo that fits may stand behind the places that are withheld.
        is_empty = is_first and not page.photos and not (page.more and page.fits)
        decides = chance is not None and request.minimum is None
        names_words = self.shown.are_russian is not None if page.photos else is_empty and decides
        known = chance if is_first and names_words and not self.is_foreign else None
        strange = () if request.reading is None else request.reading.strange_words
        missing = missing_words(text, known, self.form, self.shown, self.door.policy, strange)
        if is_empty and page.best is not None:
            parts.append(
                nothing_fits(page.best, request.least, chance if decides else None, missing, self.is_foreign)
            )
        elif is_empty and not page.places:
            parts.append(nothing_meets(self.tables, self.door, request.where))
        elif is_first and chance is not None and not chance.fits and request.minimum is not None:
            parts.append(nearest_alone(chance, self.is_foreign))
        if missing and page.photos:
            parts.append(not_said(missing))
        may_fit = page.fits or not decides
        if is_first and page.more and not page.photos and not request.fill and may_fit:
            parts.append(ALL_WITHHELD)
        if text and (unknown := not_known(text, self.form, self.door.policy, self._in_captions)):
            parts.append(unknown)
        return request.message(parts, missing)
