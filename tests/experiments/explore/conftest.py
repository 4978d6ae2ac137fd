"""The sections of a folder, by their slugs, and a check that their pictures can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from withsense_tf.data.folder.load import load_dataset
from withsense_tf.evaluation.page.sections import Section
from withsense_tf.experiments.explore import explore


def sections_of(folder: Path) -> dict[str, Section]:
    return {section.slug: section for section in explore.explore(load_dataset(folder))}


def check_drawn(sections: dict[str, Section], *slugs: str) -> None:
    """Draw the pictures that what is odd in a set changes; the report of a whole set draws the others."""
    assert all((sections[slug].picture or b"").startswith(b"\x89PNG") for slug in slugs)


@pytest.fixture(name="sections_of")
def fixture_sections_of() -> Callable[[Path], dict[str, Section]]:
    return sections_of


@pytest.fixture(name="check_drawn")
def fixture_check_drawn() -> Callable[..., None]:
    return check_drawn
