"""The photo folders of a data set, and which photo belongs to which part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

FOLDERS: Final = {"train": "train_images", "test": "test_images", "corpus": "corpus_images"}
# Photos with captions and without judgements: not every folder has them.
OPTIONAL: Final = frozenset({"corpus_images"})


@dataclass(frozen=True)
class PhotoNames:
    """Which photos belong to which part, damaged ones too, and which can be used.

    A photo that is named as a test photo anywhere is one, and so are its captions: a damaged or doubled file
    must not let them slip into training.
    """

    files: dict[str, frozenset[str]]
    test: frozenset[str]
    usable: dict[str, frozenset[str]]

    def part(self, photo: str) -> str:
        """Return the part that a photo and its captions belong to."""
        return "test" if photo in self.test else "train" if photo in self.files["train"] else "corpus"

    @cached_property
    def usable_names(self) -> frozenset[str]:
        """Return the names of all photos that can be used."""
        return frozenset().union(*self.usable.values())

    def known(self, photo: str) -> bool:
        """Return whether a file of that name lies in one of the photo folders."""
        return any(photo in names for names in self.files.values())

    def hint(self, photo: str) -> str:
        """Return the name that differs in upper and lower case only, as part of a reason."""
        near = self._by_case.get(photo.casefold())
        return f"; there is {near}" if near else ""

    @cached_property
    def _by_case(self) -> dict[str, str]:
        there = sorted((name for names in self.files.values() for name in names), reverse=True)
        return {name.casefold(): name for name in there}
