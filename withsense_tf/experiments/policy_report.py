"""How well does the policy do? `python -m withsense_tf.experiments.policy_report`."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.errors import DataError
from withsense_tf.experiments.policy_page import (
    ALL,
    CHILD_LABEL,
    SetFigures,
    Share,
    measure,
    measure_rows,
    measure_speed,
    read_sentences,
    write_report,
)
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from withsense_tf.data.dataset import Dataset
    from withsense_tf.policy.countries import CountryRule
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.policy.photo_decisions import Ownership
    from withsense_tf.policy.service import LawFiles
    from withsense_tf.policy.texts.text_policy import TextPolicy

# Deliberately crude, and not the policy's own words: who says one of these in three captions means a child.
PLAIN_WORDS: Final = re.compile(r"\b(child(ren)?|kids?|toddlers?|bab(y|ies)|infants?|boys?|girls?)\b", re.I)
SURE_CAPTIONS = 3
WARM_UP: Final = 500  # captions
# What is measured where nothing is given.
OWN: Final = "the package's own sentences"
OWN_FILLINGS: Final = 4  # of each pattern, so that a report takes seconds
OWN_NOTE: Final = (
    "These were written for the second reader to learn from, many without a telling word: they tell what changes, not "
    "what strangers' sentences get."
)
GIVE_YOURS: Final = """Give yours by --sentences FILE or --unread FILE (tab-separated, with the columns label, which is
restricted or allowed, and text; lang and kind where known), and photos by --data FOLDER."""


@keeps_law
def main(
    sentences: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled sentences: tab-separated, with the columns label and text."),
    ] = None,
    unread: Annotated[
        list[Path] | None,
        typer.Option(help="Labelled sentences that nobody looks at: only their figures are told."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A page to write, as report.html; report.json is written beside it.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A With Sense folder: ownership, row filters, classifier.")
    ] = None,
    weights: Annotated[str, typer.Option(help="Weights of the photo backbone of the classifier.")] = "random",
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Measure recall and precision on labelled sentences, ownership on a folder, and speed.

    Without any of them the package's own sentences are measured, which its source has.
    """
    from withsense_tf.policy.current_policy import Policy

    policy = Policy.of_files(law)
    rule = policy.countries.rule(country)
    texts = policy.texts(rule.age_limit)
    texts.verdict("A first text, so that the words are loaded.")
    typer.echo(f"Policy {policy.version}: {policy.readers}")
    files = [*(sentences or []), *(unread or [])]
    rows = [row for file in files for row in read_sentences(file)]
    sets = [measure(file, texts, unread=file in (unread or [])) for file in files]
    if not files and data is None:
        rows = own_sentences()
        sets = [measure_rows(OWN, rows, texts, note=OWN_NOTE)]
        typer.echo(f"{OWN_NOTE} {GIVE_YOURS}")
    for one in sets:
        typer.echo(sentences_report(one))
    speed = measure_speed(texts, [row["text"] for row in rows]) if rows else {}
    if rows:
        typer.echo(
            "Speed: " + ", ".join(f"{value:,} {name}" for name, value in speed.items()) + " on one core"
        )
    if output is not None:
        write_report({**_head(policy, rule, country), **speed}, sets, output)
        typer.echo(f"{output} and {output.with_suffix('.json')} are written.")
    if data is not None:
        _report_on_folder(data, texts, policy.ownership, weights)


def _head(policy: Policy, rule: CountryRule, country: str | None) -> dict[str, object]:
    return {
        "policy version": policy.version,
        "readers": policy.readers,
        "country": rule.country or f"{country or 'none named'}: the strictest rule",
        "age limit": rule.age_limit,
        "day": datetime.now(UTC).date().isoformat(),
    }


def _report_on_folder(data: Path, texts: TextPolicy, ownership: Ownership, weights: str) -> None:
    # Late: it takes seconds, and sentences need no photos.
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.encoders.photos.photo_keras import KerasPhoto

    encoder = KerasPhoto(weights=weights)
    dataset = load_dataset(data)
    typer.echo(speed_report(dataset, texts))
    typer.echo(ownership_report(dataset, texts, ownership))
    vectors = encoder.encode([Path(path) for path in dataset.photos["path"]])
    typer.echo(classifier_report(dataset, texts, ownership, vectors, encoder.weights))


def own_sentences() -> list[dict[str, str]]:
    """Return the package's own labelled sentences as rows of a file."""
    from withsense_tf.policy.reader.sentences import FILE, pattern_sentences

    if not FILE.is_file():
        raise DataError(
            f"{OWN[0].upper()}{OWN[1:]} are part of its source, and not of what is installed. {GIVE_YOURS}"
        )
    return [
        {
            "label": CHILD_LABEL if one.restricted else "allowed",
            "lang": one.language,
            "kind": one.kind,
            "text": one.text,
        }
        for one in pattern_sentences(OWN_FILLINGS)
    ]


def sentences_report(one: SetFigures) -> str:
    """Say how many restricted sentences are found, how many found ones are restricted, and what is wrong."""
    lines = [f"{one.name}: {one.sentences} sentences{', which nobody looks at' * one.unread}"]
    lines.append(f"       {'recall of restricted':<36}precision of restricted")
    lines += [
        f"  {row.language:<5}{row.recall!s:<36}{row.precision}" for row in one.figures if row.kind == ALL
    ]
    for mistake in one.mistakes:
        finding = f" ({mistake.rule} “{mistake.span}”)" if mistake.rule else ""
        lines.append(f"  wrong: {mistake.label}, said {mistake.decision}{finding}: {mistake.text}")
    return "\n".join(lines)


def speed_report(data: Dataset, texts: TextPolicy) -> str:
    """Say how many different captions a second are judged on one core, and how long a query takes."""
    return speed_of(list(dict.fromkeys(data.captions["text"])), texts)


def speed_of(captions: list[str], texts: TextPolicy) -> str:
    """Say the same of any texts, of which each comes once."""
    from withsense_tf.policy.texts.text_policy import TextPolicy

    rules = TextPolicy(texts.age_limit, texts.folder, texts.languages)
    rules.verdicts(captions[:WARM_UP])  # the rule files are read
    first = _rate(rules, captions[WARM_UP:] or captions)
    verdicts = rules.verdicts(captions)
    plain_texts, child_texts = (
        [text for text, verdict in zip(captions, verdicts, strict=True) if verdict.restricted == one]
        for one in (False, True)
    )
    texts.verdicts(captions[:WARM_UP])
    start = time.process_time()
    for caption in captions[:1000]:
        texts.verdict(caption)
    query = (time.process_time() - start) / min(1000, len(captions))
    return (
        f"{len(captions):,} captions, {100 * len(child_texts) / len(captions):.1f} % restricted: by rules "
        f"{first:,.0f} a second on one core when their words are new, {_rate(rules, captions):,.0f} when they are "
        f"known (allowed ones {_rate(rules, plain_texts):,.0f}, restricted ones {_rate(rules, child_texts):,.0f}); "
        f"as this policy reads {_rate(texts, captions):,.0f}; a single query {1000 * query:.2f} ms"
    )


def _rate(texts: TextPolicy, captions: list[str]) -> float:
    start = time.process_time()
    texts.verdicts(captions)
    return len(captions) / max(time.process_time() - start, 1e-9)


def ownership_report(data: Dataset, texts: TextPolicy, ownership: Ownership) -> str:
    """Say how many photos that show a child beyond doubt are restricted, by ownership and by filtering rows."""
    from withsense_tf.policy.photo_decisions import caption_verdicts

    captions, verdicts = data.captions, caption_verdicts(data, texts)
    train = set(data.photos.loc[data.photos["part"] == "train", "photo"])
    plain = captions[
        captions["photo"].isin(train) & captions["text"].map(lambda text: bool(PLAIN_WORDS.search(text)))
    ]
    counts = plain.groupby("photo").size()
    sure = set(counts[counts >= SURE_CAPTIONS].index)
    decisions = ownership.decide(data, verdicts)
    restricted_photos = {
        photo for photo, decision in decisions.items() if decision.restricted and photo in train
    }
    # What the student projects did: drop the judged rows whose text speaks of a child, keep the others.
    rows = data.pairs.merge(captions[["caption", "text"]], on="caption")
    rows = rows.assign(restricted=[verdict.restricted for verdict in texts.verdicts(rows["text"])])
    photos_of_rows = set(rows.loc[~rows["restricted"], "photo"])
    lines = [
        f"Training photos: {len(train):,}; restricted through ownership: {Share(len(restricted_photos), len(train))}"
    ]
    for votes in (1, 2, 3):
        by_votes = replace(ownership, min_votes=votes, duplicates=False).decide(data, verdicts)
        hits = sum(by_votes[photo].restricted for photo in sure)
        every = sum(decision.restricted for photo, decision in by_votes.items() if photo in train)
        lines.append(
            f"  {votes} caption(s) of its own needed: {Share(hits, len(sure))} of the sure ones, {every} in all"
        )
    lines.append(
        f"  ({len(sure)} photos are sure: {SURE_CAPTIONS} or more captions say child, kid, baby, boy, girl …)"
    )
    lines.append(
        f"  dropping rows whose text matches: {Share(len(sure - photos_of_rows), len(sure))} of the sure ones are gone"
    )
    return "\n".join(lines)


def classifier_report(
    data: Dataset, texts: TextPolicy, ownership: Ownership, vectors: np.ndarray, weights: str
) -> str:
    """Say how well a photo alone tells that a child is shown, out of fold, with labels from its captions."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    from withsense_tf.policy.photo_decisions import caption_verdicts

    decisions = replace(ownership, duplicates=False).decide(data, caption_verdicts(data, texts))
    photos: pd.DataFrame = data.photos
    label = np.array([decisions[photo].restricted for photo in photos["photo"]])
    chance = out_of_fold(vectors, label, photos["digest"].to_numpy(str))
    lines = [f"Classifier on photo vectors ({weights}): AUC {roc_auc_score(label, chance):.3f} (a coin: .5)"]
    for threshold in (0.5, 0.3, 0.1):
        marked = chance >= threshold
        hits = int((marked & label).sum())
        recall, precision = Share(hits, int(label.sum())), Share(hits, int(marked.sum()))
        lines.append(f"  from {threshold:g} on: recall {recall}; precision {precision}")
    return "\n".join(lines)


def out_of_fold(vectors: np.ndarray, label: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return for each photo the chance that it shows a child, from a head that has not seen it."""
    import numpy as np
    from sklearn.model_selection import GroupKFold

    from withsense_tf.policy.photo_judge import PhotoHead

    chance = np.zeros(len(label))
    for train, test in GroupKFold(5).split(vectors, groups=groups):
        chance[test] = PhotoHead().fit(vectors[train], label[train]).chance(vectors[test])
    return chance


if __name__ == "__main__":
    terminal.run_main(main)
