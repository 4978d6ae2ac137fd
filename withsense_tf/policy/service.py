"""The files of the law as this service keeps it: named by options or by the environment, for all commands."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from withsense_tf.errors import DataWarning, SettingError
from withsense_tf.policy.countries import Countries, load_countries, no_countries, parse_countries
from withsense_tf.policy.overrides import OVERRIDE_COLUMNS, Override, parse_overrides, unreadable
from withsense_tf.policy.photo_judge import JUDGES, ChildJudge, load_judge, no_judge
from withsense_tf.policy.texts.rule_files import RuleFile, added_rules, rules_digest
from withsense_tf.policy.watched import Watched

VARIABLE: Final = "WITHSENSE_"
FILES: Final = ("countries", "overrides", "consents", "audit", "languages")


@dataclass(frozen=True)
class LawFiles:
    """The files of the law that a service keeps, in place of the package's or beside it.

    - `countries`: the rules of countries, in place of the package's
    - `overrides`: what people decided of photos
    - `consents`: the register of permissions
    - `audit`: where decisions are logged
    - `min_votes`: so many of a photo's captions must speak of a child; 1 is the strictest
    - `languages`: a folder of rule files of more languages
    - `photo_judge`: what looks at photos: the folder that `policy train` made, or a judge as module:Class

    What the first two say is read anew when a file has changed, so a service that runs keeps to the law of now;
    languages are read when it starts.
    """

    countries: Path | None = None
    overrides: Path | None = None
    consents: Path | None = None
    audit: Path | None = None
    min_votes: int = 1
    languages: Path | None = None
    photo_judge: str | None = None

    @classmethod
    def of_service(
        cls,
        min_votes: int | None = None,
        photo_judge: str | None = None,
        makes: str = "",
        **given: Path | None,
    ) -> LawFiles:
        """Return the files that are given by option and, for the others, those that the environment names.

        A file that is named and not there is an error, never the package's law, but for the one that a command `makes`.
        """
        files: dict[str, Path] = {}
        for name in FILES:
            file, source = named_file(name, given.get(name))
            if file is not None:
                if name != makes or file.exists():
                    _check(name, file, source)
                files[name] = file
        votes = _votes() if min_votes is None else min_votes
        return cls(**files, min_votes=votes, photo_judge=_judge(photo_judge))

    @classmethod
    def of_options(cls, options: Mapping[str, str]) -> LawFiles:
        """Return the files that options name, as `options` writes them."""
        values = {name.strip("-").replace("-", "_"): value for name, value in options.items()}
        files = {name: Path(values[name]) for name in FILES if name in values}
        return cls(**files, min_votes=int(values.get("min_votes", 1)), photo_judge=values.get("photo_judge"))

    @cached_property
    def _countries(self) -> Watched[Countries] | None:
        file = self.countries
        return None if file is None else Watched(file, partial(parse_countries, where=str(file)))

    @cached_property
    def _overrides(self) -> Watched[Mapping[str, Override]] | None:
        file = self.overrides
        return None if file is None else Watched(file, partial(parse_overrides, where=str(file)))

    @cached_property
    def _package_rules(self) -> Countries:
        return load_countries()

    def rules(self) -> Countries:
        """Return the rules of countries as they are now: the same object while they are the same."""
        if self._countries is None:
            return self._package_rules
        try:
            return self._countries.value()
        except OSError as error:
            raise no_countries(self.countries, error) from error

    def current_overrides(self) -> Mapping[str, Override] | None:
        """Return what people decided as it is now: the same object while it is the same."""
        if self._overrides is None:
            return None
        try:
            return self._overrides.value()
        except OSError as error:
            raise unreadable(self._overrides.file, error) from error

    def rules_of_languages(self) -> tuple[RuleFile, ...]:
        """Read the rule files of more languages; a mistake in one is an error."""
        return () if self.languages is None else added_rules(self.languages)

    def judge(self) -> ChildJudge | None:
        """Return the judge of photos, if one is named; one that cannot do its work is an error now."""
        return None if self.photo_judge is None else load_judge(self.photo_judge)

    def options(self) -> dict[str, str]:
        """Return the options of a command that name this law, each with its value."""
        values = {name: getattr(self, name) for name in (*FILES, "photo_judge")}
        options = {
            f"--{name.replace('_', '-')}": str(value) for name, value in values.items() if value is not None
        }
        # One is what holds without it.
        return options if self.min_votes == 1 else options | {"--min-votes": str(self.min_votes)}

    def summary(self) -> str:
        """Say which files are in force and, by their digests, what is in them."""
        lines = [
            f"{name}: {_summary_of(getattr(self, name))}" for name in ("countries", "overrides", "consents")
        ]
        if self.languages is not None:
            files = self.rules_of_languages()
            names = ", ".join(file.path.name for file in files)
            lines.append(f"languages: {names} (SHA-256 {rules_digest(files)})")
        if self.photo_judge is not None and (judge := self.judge()) is not None:
            lines.append(f"photo_judge: {self.photo_judge} ({judge.identity})")
        # Nobody need wonder about what is as strict as can be.
        return "; ".join(lines + ([f"min_votes: {self.min_votes}"] if self.min_votes > 1 else []))


def named_file(name: str, option: Path | None) -> tuple[Path | None, str]:
    """Return the file of the law that an option or else the environment names, and who says so."""
    variable = f"{VARIABLE}{name.upper()}"
    value = os.environ.get(variable) if option is None else str(option)
    source = f"{variable}={value}" if option is None else f"--{name} {value}"
    if value is not None and not value.strip():
        raise SettingError(
            f"{variable} is set and empty, so nobody knows which law is meant. Name a file, or unset it."
        )
    return (None if value is None else Path(value).absolute()), source


def _votes() -> int:
    """Return how many captions must speak of a child, as the environment says it."""
    name = f"{VARIABLE}MIN_VOTES"
    value = os.environ.get(name)
    if value is None:
        return 1
    if not (value.isascii() and value.isdigit() and int(value)):
        raise SettingError(f"{name}={value}: expected a whole number from 1 up. Name one, or unset it.")
    return int(value)


def _judge(option: str | None) -> str | None:
    """Return the judge of photos that an option or else the environment names; a folder by its whole path."""
    name, _ = named_file("photo_judge", None if option is None else Path(option))
    if name is None:
        return None
    word = option if option is not None else os.environ[f"{VARIABLE}PHOTO_JUDGE"]
    if (":" in word or word in JUDGES.names()) and not name.exists():
        return word
    if not name.is_dir():
        raise no_judge(word)
    return str(name)


def _check(name: str, file: Path, source: str) -> None:
    if name == "audit" or (file.is_dir() if name == "languages" else file.is_file()):
        return
    if name == "consents" and not file.exists():
        # The first permission makes the file, but no folder.
        if file.parent.is_dir():
            return
        warnings.warn(
            f"{source}: there is no such folder, so no permission holds, and none can be given. Name another, or make "
            "it.",
            DataWarning,
            stacklevel=3,
        )
        return
    kind = "folder" if name == "languages" else "file"
    advice = f" A file with this one line is enough to begin with: {','.join(OVERRIDE_COLUMNS)}"
    raise SettingError(
        f"{source}: there is no such {kind}, so nothing may be shown.{advice if name == 'overrides' else ''}"
    )


def _summary_of(file: Path | None) -> str:
    if file is None:
        return "none of one's own"
    if not file.exists():
        return f"{file.name}, which is not there"
    return f"{file.name} (SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()})"
