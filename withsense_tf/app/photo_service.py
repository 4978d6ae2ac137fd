"""What the API and the page ask: each answer passes the index's own door, under the law as it is at that moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event, Lock
from typing import Final

from withsense_tf.app.photo_ids import PhotoIds
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.settings import AppSettings
from withsense_tf.app.thumbnails import PhotoFile
from withsense_tf.app.uploads.quarantine import Quarantine
from withsense_tf.data.demo_marker import FILE as DEMO_MARK
from withsense_tf.errors import DataError, WithSenseError
from withsense_tf.file_access import words_of
from withsense_tf.index.catalog import MARK, TABLES
from withsense_tf.index.index_door import IndexDoor
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.tables.captions_table import count_live_captions
from withsense_tf.index.tables.law_table import count_free
from withsense_tf.index.tables.models_table import row_count
from withsense_tf.index.tables.photos_table import LIVE_PHOTOS, count_photos, live_of_name, photo_records
from withsense_tf.index.tables.state_table import get_state
from withsense_tf.policy.countries import CountryRule, country_code
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.door import Door
from withsense_tf.policy.reader.second_reader import nearest
from withsense_tf.policy.texts.text_policy import TextPolicy
from withsense_tf.search.search import Search

# The name of no photo: an id that nobody was given is looked for like any other.
NOBODY: Final = "\x01"


@dataclass(frozen=True, eq=False)
class Doorway:
    """One state of the index, and the door before it: where a request stands."""

    search: Search
    tables: sqlite3.Connection
    door: IndexDoor

    @property
    def index(self) -> PhotoIndex:
        """Return the index."""
        return self.search.index


class PhotoService:
    """An index that is open for questions, to several threads; other processes may serve and change it, too."""

    def __init__(self, settings: AppSettings) -> None:
        self.settings = settings
        self.policy = Policy.of_files(settings.law)
        self.ids = PhotoIds.of_folder(settings.state_folder)
        # Few threads search, whoever asks: each keeps a connection, pages of the tables and decisions of its own, and
        # the more of them want Python's lock, the longer each waits for it.
        self.searches = ThreadPoolExecutor(settings.searches, thread_name_prefix="withsense-find")
        # What nobody waits for: uploads of before are judged by one thread.
        self.later, self.ending = ThreadPoolExecutor(1, thread_name_prefix="withsense-later"), Event()
        self._lock = Lock()
        self._opened_as: tuple[int, ...] = ()
        self._search: Search | None = None
        # Put together once: they are looked at for each question.
        self._files = [settings.index / name for name in (TABLES, MARK)]

    def search(self) -> Search:
        """Return the search over the index that lies in the folder now: another one may have taken its place."""
        try:
            parts = [file.stat() for file in self._files]
        except OSError as error:
            raise DataError(f"{self.settings.index} is no index ({words_of(error)}).") from error
        identity = tuple(number for part in parts for number in (part.st_dev, part.st_ino))
        with self._lock:
            if self._search is None or identity != self._opened_as:
                # The one before is not closed: searches in other threads may be using it.
                self._search = Search(PhotoIndex(self.settings.index), policy=self.policy, for_strangers=True)
                self._opened_as = identity
            return self._search

    @cached_property
    def unheard(self) -> PhotoService:
        """Return this service for what nobody asked but the server itself: the audit log has none of that."""
        return _Unheard(self)

    @contextmanager
    def doorway(self, country: str | None) -> Iterator[Doorway]:
        """Yield one state of the index with the door of a country before it."""
        search = self.search()
        with search.index.catalog.reading() as tables:
            yield Doorway(search, tables, IndexDoor(self.policy, tables, self.country(country)))

    def country(self, country: str | None) -> str | None:
        """Return the country whose law holds for a request."""
        default = self.settings.country
        if country is None:
            return default
        code = country_code(country)
        if self.settings.fixed_country and code != default:
            raise ProblemError(
                403, "country_fixed", f"This server answers by the law of {default or 'no country'} alone.",
                "Leave country out.",
            )  # fmt: skip
        return code

    def rule(self, country: str | None) -> CountryRule:
        """Return the rule that is in force in a country today."""
        return self.policy.current().countries.rule(self.country(country))

    def name_of(self, here: Doorway, id_: str, scope: str = "show") -> str:
        """Return the name of the photo with an id, or raise: it is withheld, or there is none."""
        name = self.ids.read(id_)
        place = NOBODY if name is None else name
        # Both are asked of every photo, so that none of them takes another time.
        knows, may_pass = here.door.knows(place), here.door.photo(place, scope)
        if name is not None and may_pass:
            return name
        if name is not None and knows:
            here.door.results([name])  # the audit log has what was withheld
            raise withheld(here.door)
        raise absent()

    def file_of(self, here: Doorway, id_: str) -> PhotoFile:
        """Return the file of the photo with an id, which may be shown now; nobody else may know where it is."""
        name = self.name_of(here, id_)
        ((_, _, path, digest, *_),) = photo_records(here.tables, live_of_name(name))
        return PhotoFile(Path(path), digest)

    def warm_up(self) -> None:
        """Load all that searches need, as `ready` is answered from then on; what cannot be opened is said to who asks.

        That is the texts' form, what vectors are searched by, and the sentences that the second reader names.
        """
        with suppress(WithSenseError):
            search = self.search()
            with search.index.catalog.reading() as tables:
                generation = search.index.current(tables)
                self._texts().verdict("a dog")
                generation.form.queries(["a dog"])
                _ = generation.each_caption
                for engine in generation.vectors.values():
                    engine.warm_up(row_count(tables, generation.number))
            if self._texts().second_reader is not None:
                nearest("a child")

    def _texts(self) -> TextPolicy:
        """Return what judges texts where nobody names a country."""
        return self.policy.texts(self.rule(None).age_limit)

    def numbers(self) -> dict[str, float]:
        """Return what is in the index, for who watches the server; nothing where it cannot be read."""
        with suppress(WithSenseError), self.search().index.catalog.reading() as tables:
            return {
                "index_photos": count_photos(tables, LIVE_PHOTOS),
                "index_captions": count_live_captions(tables),
                "index_version": get_state(tables, "version") or 0,
                "uploads_waiting": Quarantine(self.settings.state_folder / "quarantine").count(),
            }
        return {}

    def photo_count(self, country: str | None) -> int | None:
        """Return how many photos may be shown in a country; None where the index cannot be read."""
        with suppress(WithSenseError), self.doorway(country) as here:
            door, tables = here.door, here.tables
            limit = door.limit
            if limit is None:
                return door.once_a_state("live photos", lambda: count_photos(tables, LIVE_PHOTOS))
            free = door.once_a_state(f"free photos at {limit}", lambda: count_free(tables, limit))
            return free + len(_photos_by_permission(door))
        return None

    def languages(self) -> tuple[str, ...]:
        """Return the languages of queries that the model in use reads; () where nobody can say."""
        with suppress(WithSenseError):
            search = self.search()
            with search.index.catalog.reading() as tables:
                generation = search.index.current(tables)
                # Kept with the model: it may go through all the words that it knows.
                return generation.once("languages", lambda: generation.form.text.languages)
        return ()

    def shows_drawn(self) -> bool:
        """Return whether the photos are drawn scenes, as the folder says that they were indexed from."""
        with suppress(WithSenseError, OSError), self.search().index.catalog.reading() as tables:
            source = get_state(tables, "source")
            return source is not None and (Path(source) / DEMO_MARK).is_file()
        return False

    def close(self) -> None:
        """Close files and connections."""
        self.ending.set()
        self.later.shutdown()
        self.searches.shutdown()
        with self._lock:
            if self._search is not None:
                self._search.close()
            self._search = None


def _photos_by_permission(door: IndexDoor) -> set[str]:
    """Return the names of the photos that the law withholds, but for a permission that holds now."""
    consents = door.policy.consents
    names = set() if consents is None else {one.photo for one in consents.consents() if not one.revoked_on}
    return {
        name
        for name in names
        if door.lets_find(name) and (decision := door.decision(name)) is not None and decision.restricted
    }


class _Unheard(PhotoService):
    """A service without an audit log, over the index that another one has open."""

    def __init__(self, service: PhotoService) -> None:
        self.__dict__ |= service.__dict__
        self.policy, self._service = replace(service.policy, audit=None), service

    def search(self) -> Search:
        return Search(self._service.search().index, policy=self.policy, for_strangers=True)


def withheld(door: Door) -> ProblemError:
    """Return the problem that stands where the law forbids an answer: by RFC 7725 it says who demands that, and why."""
    rule, where = door.rule, "" if door.country is None else f"?country={door.country}"
    link = {"Link": f'</api/v1/law{where}>; rel="blocked-by"'}
    legal = {"authority": rule.authority, "ground": rule.ground}
    return ProblemError(
        451, "withheld_by_law", rule.message, "", link, {name: text for name, text in legal.items() if text}
    )


def absent() -> ProblemError:
    """Return the problem of a photo that is not there."""
    return ProblemError(
        404, "no_such_photo", "There is no photo with this id.", "Take the id from an answer of this server."
    )
