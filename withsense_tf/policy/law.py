"""The law as this service keeps it: what is protected where, by which words, and who decided otherwise."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from withsense_tf.common import words
from withsense_tf.data import named as names_and_columns
from withsense_tf.data.pictures import (
    looks,
    near_duplicates,
    patch_matches,
    patches,
    photo_file,
    photo_pyramid,
)
from withsense_tf.errors import check_choice
from withsense_tf.policy.audit import AuditLog
from withsense_tf.policy.consent_register import ConsentRegister
from withsense_tf.policy.countries import Countries, CountryRule
from withsense_tf.policy.levels import Level
from withsense_tf.policy.photo_decisions import Ownership
from withsense_tf.policy.reader.second_reader import packaged_reader
from withsense_tf.policy.texts.rule_files import RuleFile
from withsense_tf.policy.texts.text_policy import TextPolicy

RESTRICT: Final = "restrict"
REVIEW: Final = (RESTRICT, "allow")


@dataclass(frozen=True, repr=False)
class Law:
    """What decides on texts and photos.

    - `countries`: which rule is in force where
    - `ownership`: how photos are judged by their captions, and what people decided of them
    - `consents`: the register of permissions; without one, none holds
    - `audit`: the log that decisions are written to, if any
    - `review`: what becomes of a text that a person should look at, "restrict" or "allow"
    - `languages`: rule files of more languages than the package reads
    - `second_reader`: whether a learned reader sends to a person what the rules found nothing in
    """

    countries: Countries
    ownership: Ownership = field(default_factory=Ownership)
    consents: ConsentRegister | None = None
    audit: AuditLog | None = None
    review: str = RESTRICT
    languages: tuple[RuleFile, ...] = ()
    second_reader: bool = True
    _texts: dict[int, TextPolicy] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_choice("review", self.review, REVIEW)

    def __repr__(self) -> str:
        """Say in one line what law this is; its tables would fill pages."""
        judge = "no photo judge" if self.ownership.photo_judge is None else "a photo judge"
        reader = f"{'with' if self.second_reader else 'without'} second reader"
        parts = (f"{len(self.countries.rules)} country rules", reader, judge, f"review: {self.review}")
        return f"{type(self).__name__}({', '.join(parts)})"

    @property
    def restricts_review(self) -> bool:
        """Return whether what a person should look at is restricted until somebody has."""
        return self.review == RESTRICT

    def texts(self, age_limit: int) -> TextPolicy:
        """Return what judges texts where persons under that age are protected."""
        if age_limit not in self._texts:
            reader = packaged_reader() if self.second_reader else None
            self._texts[age_limit] = TextPolicy(age_limit, languages=self.languages, second_reader=reader)
        return self._texts[age_limit]

    @property
    def readers(self) -> str:
        """Say who reads the texts."""
        reader = self.texts(16).second_reader
        return "rules alone" if reader is None else f"rules, and second reader {reader.identity}"

    def level(self, rule: CountryRule) -> Level:
        """Return under what photos are judged where a rule holds."""
        if self.ownership.photo_judge is None:
            return Level(rule.age_limit)
        own = self.ownership.judge_sure
        sure = own if rule.judge_sure is None else rule.judge_sure
        # Where nobody knows the country, what is strictest holds.
        return Level(rule.age_limit, sure if rule.country else min(sure, own), rule.judge != RESTRICT)

    def levels(self) -> list[Level]:
        """Return every level that a country's rule may ask for."""
        rules = [rule for rule in self.countries.rules if rule.rule == "children"]
        return sorted({self.level(rule) for rule in (self.countries.strictest(), *rules)})

    @cached_property
    def version(self) -> str:
        """Name the words, the code, the countries and the settings: another version may decide otherwise."""
        judge = self.ownership.photo_judge
        judge_name = None if judge is None else getattr(judge, "identity", "a classifier without identity")
        settings = (replace(self.ownership, photo_judge=None, overrides=None), judge_name)
        overrides = sorted(map(repr, (self.ownership.overrides or {}).values()))
        # How names and columns become texts decides as well.
        code = (law_code_version(), Path(names_and_columns.__file__).read_bytes())
        parts = (self.texts(16).version, self.readers, code, self.countries, settings, overrides, self.review)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def law_code_version(folder: Path = Path(__file__).parent) -> str:
    """Return a digest of the code that reads texts and compares photos: its thresholds count like the lawyers' words.

    Any change counts, that of a comment too: nobody has to judge which one matters.
    """
    digest = hashlib.sha256()
    looking = [
        Path(str(module.__file__))
        for module in (looks, photo_pyramid, patches, patch_matches, near_duplicates, photo_file, words)
    ]
    for file in [*sorted(folder.rglob("*.py")), *looking]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
