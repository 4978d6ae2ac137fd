"""What a judge is worth and where it comes from, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from withsense_tf.matchers.cards.card_page import UNSAID, Head, list_of
from withsense_tf.matchers.judges.judge_examples import JudgeExamples
from withsense_tf.matchers.judges.judge_figures import (
    PRECISION,
    RECALL,
    RECALLS,
    area,
    at_precision,
    at_recall,
)

LOADING: Final = """## Load it

Name its folder: `--photo-judge FOLDER`, `WITHSENSE_PHOTO_JUDGE=FOLDER`, or `ws.Policy.default(photo_judge="FOLDER")`.
"""
LIMITS: Final = (
    "It goes by captions: what their writers call a child is what it learned. Ages near the limit are told badly, and "
    "children who are small in the photo, seen from behind or covered are missed most.",
    "The figures are of photos like those it learned from. On other photos (drawings, screens, X-rays, other "
    "countries and times) measure it before relying on it.",
    "It restricts and never frees what texts restrict; a person's decision goes before both.",
    "It knows no person, keeps no name and no face, and must not be used to tell who somebody is.",
)


def make_card(
    examples: JudgeExamples, left_out: np.ndarray, encoders: Sequence[str], source: str, licence: str | None
) -> dict[str, Any]:
    """Return the card of a judge; `left_out` are the chances of its examples, each left out (nan: not learned from)."""
    clear = examples.clear & ~np.isnan(left_out)
    chances, child = left_out[clear], examples.child[clear]
    bare, silent = at_recall(chances, child, RECALL), at_precision(chances, child, PRECISION)
    return {
        "threshold": bare.threshold,
        "sure": max(silent.threshold, bare.threshold),
        "auc": area(chances, child),
        "at_threshold": asdict(bare),
        "at_sure": asdict(silent),
        "curve": [asdict(at_recall(chances, child, recall)) for recall in RECALLS],
        "learned_from": {
            "source": source,
            "photos": int((~np.isnan(left_out)).sum()),
            "with_child": int(child.sum()),
            "without_child": int((~child).sum()),
            "labels": "the share of a photo's own captions that the text policy restricts under the strictest rule",
            "licence": licence or UNSAID,
        },
        "measured": "each photo left out; photos of which most captions speak of a child, against those of which none",
        "encoders": list(encoders),
        "limits": list(LIMITS),
    }


def short_text(card: Mapping[str, Any]) -> str:
    """Return the figures of a card in two sentences."""
    bare, silent = card["at_threshold"], card["at_sure"]
    return (
        f"AUC {card['auc']:.3f}, each photo left out. Photos without captions are restricted from "
        f"{card['threshold']:.3f} on (recall {bare['recall']:.3f}, precision {bare['precision']:.3f}); photos whose "
        f"captions speak of no child from {card['sure']:.3f} on (recall {silent['recall']:.3f}, precision "
        f"{silent['precision']:.3f})."
    )


def card_head(card: Mapping[str, Any]) -> Head:
    """Return the card's head for programs."""
    data = card["learned_from"]
    figures = [{"type": "auc", "value": card["auc"]}]
    figures += [{"type": name, "value": card["at_threshold"][name]} for name in ("recall", "precision")]
    results = [
        {"task": {"type": "image-classification"}, "dataset": {"name": data["source"]}, "metrics": figures}
    ]
    return {
        "library_name": "withsense_tf",
        "license": "other",
        "license_name": data["licence"],
        "tags": ["image-classification", "policy"],
        "datasets": [data["source"]],
        "model-index": [{"name": "judge of photos", "results": results}],
    }


def card_text(card: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    data, bare, silent = card["learned_from"], card["at_threshold"], card["at_sure"]
    rows = "\n".join(
        f"| {row['recall']:.3f} | {row['precision']:.3f} | {row['threshold']:.3f} |" for row in card["curve"]
    )
    return f"""# A judge of photos: is a child to be seen?

- **Learned from** {data["photos"]:,} photos of `{data["source"]}`: {data["with_child"]:,} show a child by most of their
  captions, {data["without_child"]:,} by none; labels are {data["labels"]}.
- **Licence of these photos and captions**, as told by who trained it: {data["licence"]}.
- **Sees by** {"; ".join(card["encoders"])}. The photos themselves are not in it.
- **AUC {card["auc"]:.3f}** (a coin: .5). Measured: {card["measured"]}.
- **Photos without captions** are restricted from a chance of {card["threshold"]:.3f} on: recall {bare["recall"]:.3f},
  precision {bare["precision"]:.3f}.
- **Photos whose captions speak of no child** are restricted from {card["sure"]:.3f} on, unless a country says otherwise
  (`judge_sure`): recall {silent["recall"]:.3f}, precision {silent["precision"]:.3f}.

| recall | precision | from a chance of |
|---|---|---|
{rows}

## Limits

{list_of(card["limits"])}
"""
