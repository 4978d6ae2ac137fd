"""What a door answers, whoever keeps the decisions: the least that a gate and an index share."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.door import Door
from withsense_tf.policy.law import Law
from withsense_tf.policy.photo_decisions import PhotoDecision

pytestmark = pytest.mark.closed
COUNTRIES = Countries((CountryRule("RU", "children", 16, message="Not here"), CountryRule("AQ", "none")))


@dataclass(frozen=True)
class FewPhotos(Door):
    """Decisions in a dictionary; None stands for a photo on which nothing was decided."""

    decisions: dict[str, bool | None]
    policy: Law = field(default_factory=lambda: Law(COUNTRIES))
    country: str | None = "RU"
    day: date | None = date(2026, 11, 20)

    def knows(self, photo: str) -> bool:
        return photo in self.decisions

    def content(self, photo: str) -> str:
        return photo[0] * 64 if photo in self.decisions else ""

    def decision(self, photo: str) -> PhotoDecision | None:
        restricted = self.decisions.get(photo)
        if restricted is None:
            return None
        return PhotoDecision(photo, restricted, "captions", 5, 1, ("a.jpg#0: child",))


PHOTOS: dict[str, bool | None] = {"a.jpg": True, "b.jpg": False, "c.jpg": None}


def test_what_a_door_does_not_know_it_keeps_back() -> None:
    door = FewPhotos(PHOTOS)
    assert [door.photo(photo) for photo in ("a.jpg", "b.jpg", "c.jpg", "d.jpg")] == [
        False,
        True,
        False,
        False,
    ]
    lawless = FewPhotos(PHOTOS, country="AQ")
    assert [lawless.photo(photo) for photo in ("a.jpg", "c.jpg", "d.jpg")] == [True, True, False]


def test_the_notice_of_the_country_stands_where_a_photo_would_have_stood() -> None:
    places = FewPhotos(PHOTOS).results(["b.jpg", "a.jpg", "d.jpg"])
    assert [(place.photo, place.notice) for place in places] == [
        ("b.jpg", None),
        (None, "Not here"),
        (None, "Not here"),
    ]


def test_a_query_for_a_child_gets_the_notice_with_the_rule_and_another_none() -> None:
    door = FewPhotos(PHOTOS)
    answer = door.query("a toddler")
    assert (answer.allowed, answer.notice, answer.rule) == (False, "Not here", "child")
    assert door.query("a tram").notice is None
    assert door.refuses("a toddler")
    assert not door.refuses("a tram")
    assert FewPhotos(PHOTOS, country="AQ").query("a toddler").allowed


def test_a_permission_is_for_a_purpose_and_for_the_content(tmp_path: Path) -> None:
    register = ConsentRegister(tmp_path / "c.jsonl")
    register.grant("a.jpg", "A. Parent", ["show"], since=date(2026, 1, 1), digest="a" * 64)
    door = FewPhotos(PHOTOS, Law(COUNTRIES, consents=register))
    assert door.photo("a.jpg", "show")
    assert not door.photo("a.jpg", "search")
    assert not door.photo_query("a.jpg").allowed
    assert door.photo_query("a.jpg").rule == "captions"
    assert door.photo_query("d.jpg").rule == "unknown photo"
    assert not door.photo("c.jpg", "show")


def test_what_is_withheld_is_logged_and_what_nobody_asked_for_is_not(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "log")
    door = FewPhotos(PHOTOS, Law(COUNTRIES, audit=log))
    door.refuses("a toddler")
    door.results(["a.jpg", "b.jpg"])
    door.query("a toddler")
    entries = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [(entry["place"], entry["decision"], entry["photo"]) for entry in entries] == [
        ("result", "restrict", "a.jpg"),
        ("query", "restrict", None),
    ]
