"""`withsense index`: build an index of photos, keep it up to date, look after it."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands import index_reports as reports
from withsense_tf.commands.index_options import (
    DEFAULT_INDEX,
    AddressOption,
    ByOption,
    CaptionFileOption,
    DtypeOption,
    EngineOption,
    Folder,
    GraphOption,
    IndexOption,
    JsonOption,
    KeepOption,
    LiftOption,
    MatcherOption,
    PhotoColumnOption,
    QualityOption,
    ReasonOption,
    ReplaceOption,
    SeedOption,
    StateOption,
    TextColumnOption,
    VectorsOption,
    VectorsStoreOption,
    WeightsOption,
    trail_and_signer,
)
from withsense_tf.policy.options import keeps_law

if TYPE_CHECKING:
    from withsense_tf.policy.service import LawFiles

app = typer.Typer(help="Build an index of photos, keep it up to date, look after it.", no_args_is_help=True)


@app.command("build")
@keeps_law
@reports.says_how_to_go_on
def build(
    folder: Folder,
    index: IndexOption = DEFAULT_INDEX,
    matcher: MatcherOption = "hybrid",
    weights: WeightsOption = "auto",
    quality: QualityOption = None,
    vectors: VectorsOption = None,
    vectors_store: VectorsStoreOption = None,
    engine: EngineOption = "exact",
    address: AddressOption = "",
    graph: GraphOption = "FLAT",
    dtype: DtypeOption = "float32",
    seed: SeedOption = 0,
    replace: ReplaceOption = False,
    lift: LiftOption = False,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
    *,
    law: LawFiles,
) -> None:
    """Train a matcher on a folder's judgements, or its captions, the law kept, and index all photos of the folder.

    Stopped, it goes on where it was. In an index that is in use, the new model is built beside the old one, which
    answers until the new one has every photo.
    """
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.data.plain_folder.caption_file import captions_of_options
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.build import build_index, claim
    from withsense_tf.index.upkeep.judge_anew import check_may_judge
    from withsense_tf.index.vectors.engine_settings import Engine
    from withsense_tf.matchers.base import for_search_alone
    from withsense_tf.matchers.fitted import check_learner, fitted_matcher
    from withsense_tf.matchers.registry import weights_at
    from withsense_tf.policy.current_policy import Policy

    weights = weights_at(weights, quality)
    engine_of_index = Engine(engine, dtype, address, graph)
    engine_of_index.check()
    needs = check_learner(matcher, folder, weights)
    captions = captions_of_options(caption_file, photo_column, text_column)
    data, policy = load_dataset(folder, True, captions, typer.echo, needs), Policy.of_files(law)
    photos = PhotoIndex.make(index)
    check_may_judge(photos, policy, lift)
    photos.take_vectors_from(vectors_store or index.parent / "vectors")
    claim(photos, folder, replace)
    with for_search_alone():
        learner = fitted_matcher(matcher, data, policy, photos.store, weights, vectors, seed)
    report = build_index(photos, learner, data, policy, engine_of_index, replace=replace, lift=lift)
    reports.warn_of_texts(data)
    typer.echo(f"{index}: {report}. Model: {learner.name}, {learner.calibrated_on}.")
    reports.tell_needs(learner)
    reports.tell_law(learner.law, policy.version)
    reports.tell_left_out(photos, report.quarantined)


@app.command("update")
@keeps_law
def update(
    folder: Folder,
    index: IndexOption = DEFAULT_INDEX,
    keep: KeepOption = False,
    replace: ReplaceOption = False,
    lift: LiftOption = False,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
    *,
    law: LawFiles,
) -> None:
    """Bring the index up to date with a folder: add what is new, change what changed, remove what is gone."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.data.photo_facts import photo_facts
    from withsense_tf.data.plain_folder.caption_file import captions_of_options
    from withsense_tf.index.item import items_of
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep import build as upkeep
    from withsense_tf.index.upkeep.ingest import Others, ingest
    from withsense_tf.index.upkeep.judge_anew import check_may_judge
    from withsense_tf.policy.current_policy import Policy

    photos, policy = PhotoIndex(index), Policy.of_files(law)
    check_may_judge(photos, policy, lift)
    upkeep.check_source(photos, folder, keep or replace)  # before the work
    captions = captions_of_options(caption_file, photo_column, text_column)
    data = load_dataset(folder, captions=captions, tell=typer.echo)
    items = items_of(data, photo_facts(folder, data.photos, known_facts=data.listed_facts))
    if keep:
        upkeep.check_names(photos, folder, items, replace)
        items = items if lift else upkeep.with_texts_of_index(photos, folder, items)
    else:
        upkeep.claim(photos, folder, replace)
    others: Others = "keep" if keep else "replace" if replace else "remove"
    report = ingest(photos, [*items, *upkeep.unusable_photos(data)], policy, others=others, lift=lift)
    typer.echo(f"{index}: {report}.")
    reports.tell_left_out(photos, report.quarantined)


@app.command("remove")
@keeps_law
def remove(
    photos: Annotated[list[str], typer.Argument(help="Names of photos.")],
    index: IndexOption = DEFAULT_INDEX,
    reason: ReasonOption = "taken out at the command line",
    by: ByOption = None,
    state: StateOption = None,
    *,
    law: LawFiles,
) -> None:
    """Take photos out of the index for good: no update brings them back, and the trail says who did it and why."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.trail.take_out import take_out
    from withsense_tf.policy.current_policy import Policy

    signature = (*trail_and_signer(index, state, by), reason)
    report, leaving, unknown = take_out(PhotoIndex(index), photos, Policy.of_files(law), *signature)
    typer.echo(f"{index}: {report}.{reports.how_to_readmit(index, photos, unknown)}")
    reports.tell_gone(photos, leaving, unknown)


@app.command("readmit")
@keeps_law
def readmit(
    photos: Annotated[list[str], typer.Argument(help="Names of photos.")],
    index: IndexOption = DEFAULT_INDEX,
    reason: ReasonOption = "let in again at the command line",
    by: ByOption = None,
    state: StateOption = None,
    *,
    law: LawFiles,
) -> None:
    """Let photos that were removed come in again, with the next update or by upload; the trail says who let them.

    A name that was not removed changes nothing.
    """
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.trail.take_out import let_in
    from withsense_tf.policy.current_policy import Policy

    signature = (*trail_and_signer(index, state, by), reason)
    count = let_in(PhotoIndex(index), photos, Policy.of_files(law), *signature)
    typer.echo(f"{index}: {count} photos may come in again, with the next update or by upload.")


@app.command("status")
@keeps_law
def status(index: IndexOption = DEFAULT_INDEX, json: JsonOption = False) -> None:
    """Say what is in the index, by which model, and what waits."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.status import index_status

    numbers = index_status(photos := PhotoIndex(index))
    text = json_format.dumps(numbers.as_dict(), indent=1, ensure_ascii=False) if json else numbers.as_text()
    typer.echo(text)
    reports.warn_of_gone_photos(photos.catalog)


@app.command("verify")
@keeps_law
def verify(
    index: IndexOption = DEFAULT_INDEX,
    files: Annotated[bool, typer.Option("--files", help="Also compare every photo's file.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="First embed anew what is damaged.")] = False,
    lift: LiftOption = False,
    state: StateOption = None,
    json: JsonOption = False,
    *,
    law: LawFiles,
) -> None:
    """Check that the index, and what its server keeps, is whole; end with exit code 1 if it is not."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.verify import verify_index

    photos = PhotoIndex(index)
    if repair:
        from withsense_tf.index.upkeep.repair import repair_index
        from withsense_tf.policy.current_policy import Policy

        typer.echo(repair_index(photos, Policy.of_files(law), lift), err=json)
    problems = verify_index(photos, files) + reports.problems_of_state(index, state)
    reports.tell_problems(index, problems, json)


@app.command("judge")
@keeps_law
def judge(
    index: IndexOption = DEFAULT_INDEX,
    lift: LiftOption = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also where the law is as it was: after verify found changed verdicts."),
    ] = False,
    *,
    law: LawFiles,
) -> None:
    """Judge all photos anew, where the law or what people decided of photos has changed."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.photo_verdicts import warn_of_overrides
    from withsense_tf.index.upkeep.judge_anew import judge_anew
    from withsense_tf.index.upkeep.restricted_photos import restricted_count
    from withsense_tf.policy.current_policy import Policy

    photos, policy = PhotoIndex(index), Policy.of_files(law)
    before = restricted_count(photos)
    is_judged = judge_anew(photos, policy, lift, everything, by_less=True)
    warn_of_overrides(photos, policy)
    counts = f"{before:,} were restricted before, {restricted_count(photos):,} are now."
    anew, same = f"All photos are judged anew. {counts}", "No rule and no decision of the law has changed."
    typer.echo(anew if is_judged else same)
    if is_judged:
        reports.tell_who_needs(policy)


@app.command("rollback")
@keeps_law
def rollback(index: IndexOption = DEFAULT_INDEX) -> None:
    """Go back to the model before; photos that came since are added to it first."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.switch_model import roll_back

    typer.echo(f"{index}: model {roll_back(PhotoIndex(index))} is in use again.")


@app.command("compact")
@keeps_law
def compact(index: IndexOption = DEFAULT_INDEX) -> None:
    """Write the vectors anew without those of removed photos, and drop models that are not in use."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.compact import compact_index

    typer.echo(f"{index}: {compact_index(PhotoIndex(index))}")


@app.command("recall")
@keeps_law
def recall(
    index: IndexOption = DEFAULT_INDEX,
    queries: Annotated[
        Path | None, typer.Option(help="A text file, a query a line; without it, captions of the index.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Of how many of the first photos.")] = 10,
    sample: Annotated[int, typer.Option(min=1, help="How many captions are asked.")] = 200,
) -> None:
    """Measure how many of the exact best photos the index's engine finds."""
    from withsense_tf.index.photo_index import PhotoIndex
    from withsense_tf.index.upkeep.recall import measure_recall

    texts = queries.read_text(encoding="utf-8").splitlines() if queries is not None else None
    for part, share, count in measure_recall(PhotoIndex(index), texts, k, sample):
        typer.echo(f"recall@{k} of {part} vectors: {share:.4f} (mean of {count} queries)")
