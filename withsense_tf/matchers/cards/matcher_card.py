"""What a saved matcher is: what it learned from and under which law, what it sees by, what it is worth, its limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from withsense_tf.encoders.base import RANDOM_WEIGHTS
from withsense_tf.encoders.weights.trained_weights import known_facts
from withsense_tf.matchers.cards.card_page import UNSAID, Head, list_of
from withsense_tf.printed_commands import command_line

if TYPE_CHECKING:
    from withsense_tf.matchers.base import Matcher

# What the identity of a caption space says in short, which is part of what was saved, and what it means.
WORDS, IN_FULL = re.compile(r"(\d+) words of (\d+) texts"), r"at most \1 words that \2 captions or more have"
MEASURES: Final = {
    "r@5": "R@5",
    "rmse": "RMSE",
    "skill": "skill",
    "tau_c": "tau c",
    "auc": "AUC",
    "ece": "ECE",
    "mrr": "MRR",
}
COUNTS: Final = {
    "pairs": "pairs of a photo and a text",
    "photos": "photos",
    "queries": "queries",
    "gallery": "photos ranked for each query",
}
MEANING: Final = (
    "R@5: the share of queries whose own photo is among the first five. RMSE: the error of its numbers, 0 at best. "
    "Skill: 1 at best, 0 for one who always says the mean. docs/reference/result_columns.md of withsense_tf has all."
)
LIMITS: Final = (
    "A number says how well a text fits a photo by what such judges or captions say; it says nothing of whether either "
    "is true, fair or lawful.",
    "On photos unlike those that it learned from (drawings, screens, X-rays, other countries and times) its numbers "
    "and ranks are worse: measure it there first.",
    "It knows no person and must not be used to tell who somebody is. What may be shown is decided by the policy of "
    "withsense_tf, not by this matcher.",
)
LOADING: Final = """```python
import withsense_tf as ws

matcher = ws.load_matcher({folder!r})  # the folder of this card
photos = ws.load_dataset("pictures")  # a folder of photos with captions
matcher.predict(ws.caption_pairs(photos))  # from 0 to 1: how well each photo and each caption fit
ws.Search(matcher, photos)("a dog on a beach")  # or: {build}
```"""


def head_of(matcher: Matcher, figures: Mapping[str, Any] | None = None) -> Head:
    """Return the card's head; `figures` are a row of a comparison that measured the matcher."""
    head: dict[str, Any] = {
        "library_name": "withsense_tf",
        "license": "other",
        "license_name": "see-licences-below",
        "tags": ["image-text-matching", "text-to-image-retrieval", matcher.track],
        "datasets": [matcher.calibrated_on.data or UNSAID],
    }
    known = figures or {}
    if results := [{"type": name, "value": known[name]} for name in MEASURES if _is_known(known, name)]:
        task = {"type": "image-text-matching"}
        data = {"name": str(known.get("data") or UNSAID), "type": UNSAID}
        results_head = [{"task": task, "dataset": data, "metrics": results}]
        head["model-index"] = [{"name": matcher.name, "results": results_head}]
    return head


def text_of(matcher: Matcher, folder: str, figures: Mapping[str, Any] | None = None) -> str:
    """Return the card for people."""
    about = matcher.describe()
    law = (
        f"version `{matcher.law}`"
        if matcher.law
        else "none took photos out, so it has learned from photos and words of children as well"
    )
    made_of = [
        f"**Kind**: {type(matcher).__name__}, track {matcher.track}",
        f"**Numbers**: {matcher.calibrated_on}; target {getattr(matcher, 'fitted_target_', '') or UNSAID}",
        f"**Photos that taught it**: {len(matcher.fitted_content_):,}. The folder has their digests, by which no "
        "measurement takes one of them for new, and none of the photos",
        f"**Policy by which photos of children were taken out before**: {law}",
        f"**Sees photos by** {about['photo'] or 'nothing'}",
        f"**Reads texts by** {WORDS.sub(IN_FULL, about['text']) or 'nothing'}",
        f"**Weights**: {about['weights'] or 'none of others'}",
    ]
    random = [
        "**It sees with random weights: its figures are not those of trained ones, and it is for trials alone.**"
    ]
    limits = [*(random if RANDOM_WEIGHTS in about["weights"] else []), *LIMITS]
    return "\n\n".join(
        [
            f"# {matcher.name}",
            "How well do a photo and a text fit, from 0 to 1?",
            list_of(made_of),
            f"## Figures\n\n{_figures(figures)}",
            f"## Limits\n\n{list_of(limits)}",
            f"## Licences\n\n{list_of(list(_licences(about)))}",
            f"## Load it\n\n{_loading(matcher, folder)}",
        ]
    )


def why_no_search(matcher: Matcher) -> str:
    """Say why a matcher cannot be searched by; empty where it can."""
    from withsense_tf.matchers.base import Matcher

    if type(matcher).search_form is not Matcher.search_form:
        return ""
    return f"{matcher.name} has no search_form, so neither ws.Search nor index build can use it."


def _loading(matcher: Matcher, folder: str) -> str:
    build = command_line("index", "build", "FOLDER", options={"--matcher": folder})
    text, reason = LOADING.format(folder=folder, build=build), why_no_search(matcher)
    return f"{text.partition('ws.Search')[0]}```\n\n{reason}" if reason else text


def _figures(figures: Mapping[str, Any] | None) -> str:
    rows = [
        f"| {title} | {figures[name]:.3f} | {_interval(figures, name)} |"
        for name, title in MEASURES.items()
        if figures is not None and _is_known(figures, name)
    ]
    if not rows or figures is None:
        return (
            "Not measured when it was saved. `ws.compare(matcher, test)` measures it on photos that it has not seen; "
            "`ws.save_matcher(matcher, folder, figures=row)` writes a row of that here."
        )
    counts = [f"{figures[name]:,.0f} {words}" for name, words in COUNTS.items() if _is_known(figures, name)]
    data = f"data “{figures['data']}”" if figures.get("data") else f"data ({UNSAID} which)"
    on = f"Measured on photos of the {data} that it had not seen: {', '.join(counts) or UNSAID}."
    return "\n".join([on, "", "| figure | value | 95 % interval |", "|---|---|---|", *rows, "", MEANING])


def _interval(figures: Mapping[str, Any], name: str) -> str:
    ends = [f"{figures[end]:.3f}" for end in (f"{name}_low", f"{name}_high") if _is_known(figures, end)]
    return " to ".join(ends) if len(ends) == 2 else ""


def _is_known(figures: Mapping[str, Any] | None, name: str) -> bool:
    value = None if figures is None else figures.get(name)
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _licences(about: Mapping[str, str]) -> Iterator[str]:
    sees = f"{about['photo']} {about['text']} {about['weights']}"
    facts = known_facts()
    for name in sorted(facts, key=len, reverse=True):
        if name in sees:
            yield f"`{name}`: {facts[name].licence}, learned from {facts[name].learned_from}"
            sees = sees.replace(name, "")  # a longer name holds shorter ones
    yield "withsense_tf: Apache-2.0"
    yield f"The matcher itself, and the photos and captions that taught it: {UNSAID}; ask who trained it"
