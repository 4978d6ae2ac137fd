"""README leads newcomers, in two languages that say the same."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from doc_blocks import READMES, ROOT, blocks_of

TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in READMES}
FIGURE = re.compile(r"(?<![\w.,])-?(?:\d[\d,]*)?\.?\d+(?!\w|,\d)")


def without_comments(code: str) -> str:
    """Return code without what it says in the reader's language."""
    return "\n".join(re.sub(r"\s*# .*", "", line) for line in code.splitlines())


@pytest.mark.parametrize("name", READMES)
def test_it_is_short(name: str) -> None:
    lines = TEXTS[name].splitlines()
    assert len(lines) <= 150
    # Not by lines that nobody reads to their end; pictures and tables have no line breaks.
    prose = [line for line in lines if not line.startswith(("|", "<picture", "!["))]
    assert max(map(len, prose)) <= 150


def test_both_have_the_same_headings_by_level() -> None:
    levels = [re.findall(r"^#+(?= )", text, re.MULTILINE) for text in TEXTS.values()]
    assert levels[0] == levels[1]
    assert len(levels[0]) > 8


def test_both_show_the_same_code() -> None:
    english, russian = (
        [(one.language, without_comments(one.code), one.reason) for one in blocks_of(name)]
        for name in READMES
    )
    assert english == russian
    assert english


def test_both_tell_the_same_figures() -> None:
    # Thousands stand behind a comma in English, and behind a space that does not break in Russian, where a comma
    # stands before decimals, and a nought before that.
    english = re.sub(r"(?<=\d),(?=\d{3}\b)", "", TEXTS["README.md"])
    russian = re.sub(r"(?<=\d),(?=\d)", ".", TEXTS["README.ru.md"].replace("\N{NO-BREAK SPACE}", ""))
    english, russian = (
        Counter(FIGURE.findall(re.sub(r"(?<![\d.])0(?=\.\d)", "", text))) for text in (english, russian)
    )
    assert english == russian
    assert english[".580"] == 1


def test_both_lead_to_the_same_pages_and_show_the_same_pictures() -> None:
    english, russian = (
        Counter(
            one
            for one in re.findall(r"(?:\]\(|src(?:set)?=\")([^)\s\"]+)", text)
            if not one.startswith("README")
        )
        for text in TEXTS.values()
    )
    assert english == russian


def test_each_door_is_short_and_leads_on() -> None:
    doors = re.findall(r"^## I [^\n]+\n(.*?)(?=^## )", TEXTS["README.md"], re.MULTILINE | re.DOTALL)
    assert len(doors) == 5
    for door in doors:
        assert "→ [" in door
        prose = re.sub(r"```.*?```", "", door, flags=re.DOTALL)
        assert len([line for line in prose.splitlines() if line.strip()]) <= 5


def test_the_figures_of_real_photos_stand_in_the_results() -> None:
    results = (ROOT / "experiments/RESULTS.md").read_text(encoding="utf-8")
    table = [line for line in TEXTS["README.md"].splitlines() if line.startswith("| ")]
    figures = {one for line in table for one in FIGURE.findall(line)}
    assert {one for one in figures if one not in results} == set()
