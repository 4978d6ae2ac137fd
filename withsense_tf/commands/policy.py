"""`withsense policy`: what the law allows, and what people decided of photos."""

from __future__ import annotations

import functools
import json as json_format
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf.commands.consent import app as consent_app
from withsense_tf.commands.index_options import (
    CaptionFileOption,
    Folder,
    JsonOption,
    PhotoColumnOption,
    TextColumnOption,
)
from withsense_tf.commands.judge_photos import judge_photos
from withsense_tf.commands.list_restricted import list_restricted
from withsense_tf.commands.train_judge import train_judge
from withsense_tf.errors import SettingError, check_choice
from withsense_tf.experiments.policy_report import main as policy_report
from withsense_tf.policy.options import CountryOption, keeps_law
from withsense_tf.printed_commands import command_line

if TYPE_CHECKING:
    from withsense_tf.policy.countries import CountryRule
    from withsense_tf.policy.service import LawFiles
    from withsense_tf.policy.texts.text_policy import TextPolicy

app = typer.Typer(
    help="What the law allows: texts and photos, and what people decided.", no_args_is_help=True
)
app.add_typer(consent_app, name="consent")
app.command("photos")(list_restricted)
app.command("judge-photos")(judge_photos)
app.command("report")(policy_report)
app.command("train")(train_judge)


@app.command("check")
@keeps_law
def check(
    file: Annotated[str, typer.Argument(help="A text on each line; - is the standard input.")],
    country: CountryOption = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help="Lines that are JSON objects are read as such: their field text counts."
        ),
    ] = False,
    *,
    law: LawFiles,
) -> None:
    """Print a JSON object for each line: text, verdict, rule, span, reason."""
    rule, texts = _law_of(law, country)
    with (
        nullcontext(sys.stdin)
        if file == "-"
        else Path(file).open(encoding="utf-8", errors="replace") as stream
    ):
        for line in stream:
            plain = line.rstrip("\r\n").removeprefix("\ufeff")
            text = _text_of(plain) if jsonl else plain
            answer = _judge(text, texts, rule) if text is not None else _unreadable(plain)
            typer.echo(json_format.dumps(answer, ensure_ascii=False))


@app.command("explain")
@keeps_law
def explain_text(
    text: Annotated[str, typer.Argument(help="A caption or a query.")],
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Show what in a text made the verdict, and what was found to be no child."""
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.search.notebook.explanation import explain

    typer.echo(str(explain(text, Policy.of_files(law), country)))


@app.command("queue")
@keeps_law
def queue(
    folder: Folder,
    country: CountryOption = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw them into this PNG or JPEG file.")] = None,
    json: JsonOption = False,
    caption_file: CaptionFileOption = None,
    photo_column: PhotoColumnOption = None,
    text_column: TextColumnOption = None,
    *,
    law: LawFiles,
) -> None:
    """List the photos that wait for a person's decision, a tab-separated row each.

    `child` is the judge's number, where one is named; [[…]] are the words that count.
    """
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.data.plain_folder.caption_file import captions_of_options
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.search.contact_sheet import FOR_WHO_DECIDES, check_picture, draw_queue
    from withsense_tf.search.notebook.explanation import waiting_photos

    if sheet is not None:
        check_picture(sheet)
        if sheet.resolve().is_relative_to(folder.resolve()):
            raise SettingError(f"--sheet {sheet}: it would be a photo of {folder}. Name a file elsewhere.")
    captions = captions_of_options(caption_file, photo_column, text_column)
    data = load_dataset(folder, captions=captions, tell=functools.partial(typer.echo, err=True))
    photos = waiting_photos(Policy.of_files(law).gate(data, country))
    if json:
        rows = [
            {**vars(one), "path": str(one.path), "child": one.child if one.child == one.child else None}
            for one in photos
        ]
        typer.echo(json_format.dumps(rows, indent=1, ensure_ascii=False))
    elif photos:
        typer.echo("number\tphoto\trule\tchild\tevidence")
        for number, one in enumerate(photos, 1):
            child = "" if one.child is None else f"{one.child:.2f}"
            cells = (str(number), one.photo, one.rule, child, "; ".join(one.evidence))
            typer.echo("\t".join(" ".join(cell.split()) for cell in cells))
    if not photos:
        typer.echo("No photo is under review. Those that are withheld: policy photos.", err=True)
        if sheet is not None:
            typer.echo(f"Nothing was written to {sheet}.", err=True)
        return
    typer.echo(f"{len(photos)} of {len(data.photos)} photos are under review: policy decide.", err=True)
    if sheet is not None:
        draw_queue(photos, sheet)
        typer.echo(f"Wrote {sheet}. {FOR_WHO_DECIDES}", err=True)


@app.command("decide")
@functools.partial(keeps_law, makes="overrides")
def decide_photos(
    photos: Annotated[
        list[str] | None, typer.Argument(help="Their names; with / at the end, all in that folder.")
    ] = None,
    *,
    decision: Annotated[str, typer.Argument(help="allow or restrict.")],
    data: Annotated[Path, typer.Option("--data", help="The folder of photos.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    who: Annotated[str, typer.Option(help="Who says so.")],
    names: Annotated[Path | None, typer.Option(help="A file of more names, a line each.")] = None,
    law: LawFiles,
) -> None:
    """Write a decision on photos into the table of overrides, by their content, and each into the audit log.

    The table is made if it is not there; what it says of a photo is replaced, and printed.
    """
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.index.trail import table_decision as trail
    from withsense_tf.index.trail.decision_trail import Signer
    from withsense_tf.policy.overrides import OVERRIDES

    table = law.overrides
    check_choice("decision", decision, OVERRIDES)
    if table is None:
        raise SettingError("Which table of overrides? Name its file by --overrides or WITHSENSE_OVERRIDES.")
    all_names = [*(photos or ()), *(names.read_text(encoding="utf-8").splitlines() if names else ())]
    dataset = load_dataset(data)
    contents, count = dict(dataset.content), 0
    one_by_one = trail.kept_from_folders(law, dataset, all_names) if decision == "allow" else frozenset[str]()
    for photo in trail.photos_named(all_names, contents):
        if photo in one_by_one:
            typer.echo(
                f"{photo} stays restricted: something tells of a child. Name it by itself to allow it."
            )
            continue
        policy, signer = trail.policy_before_decision(law), Signer(who)
        replaced_rows = trail.decide_in_table(table, contents, policy, photo, decision, signer, reason)
        if replaced_rows is None:
            typer.echo(f"{table}: {photo} is {decision}ed already. Nothing was changed.")
            continue
        count += 1
        typer.echo(f"{table}: {photo} is {decision}ed by {who}.")
        for old in replaced_rows:
            typer.echo(f"That replaces: {old.decision}ed by {old.by} ({old.reason}).")
        if copies := [one for one in contents if one != photo and contents[one] == contents[photo]]:
            typer.echo(
                f"It holds for the same file under other names, too, whatever is said there: {', '.join(copies)}."
            )
    if count:
        typer.echo(_how_to_judge(law), err=True)


def _how_to_judge(law: LawFiles) -> str:
    judge = command_line("index", "judge", options=law.options())
    return (
        "Servers need that option, and answer 503 until then. An index gets it by this, with all else by which it was "
        f"judged: {judge}"
    )


@app.command("bind")
def bind(
    folder: Folder,
    overrides: Annotated[Path, typer.Argument(help="A CSV of what people decided.")],
    new: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
) -> None:
    """Bind decisions that name a photo alone to its content: write a new table of overrides, with digests."""
    from withsense_tf.data.folder.load import load_dataset
    from withsense_tf.policy.overrides import bind_to_content, load_overrides, write_overrides

    before = list(load_overrides(overrides).values())
    photos = load_dataset(folder, tell=functools.partial(typer.echo, err=True)).photos
    contents = dict(zip(photos["photo"], photos["digest"], strict=True))
    after = [bind_to_content(one, contents) for one in before]
    write_overrides(after, new)
    for old, one in zip(before, after, strict=True):
        if old.digest:
            continue
        state = (
            "not bound: the folder has no such photo" if not one.digest else f"{one.decision}ed as it is now"
        )
        typer.echo(f"{one.photo}: {state}", err=not one.digest)
    count = sum(one != old for old, one in zip(before, after, strict=True))
    typer.echo(
        f"{new}: {count} of {len(after)} decisions are bound now. Look at these photos: what lies there now may be "
        "another picture than the one that was decided on."
    )
    if not all(one.digest for one in after):
        raise typer.Exit(1)


def _law_of(law: LawFiles, country: str | None) -> tuple[CountryRule, TextPolicy]:
    from withsense_tf.policy.current_policy import Policy

    policy = Policy.of_files(law)
    rule = policy.countries.rule(country)
    return rule, policy.texts(rule.age_limit)


def _text_of(line: str) -> str | None:
    """Return the field `text` of a line that is a JSON object, a line that is no JSON as it is, else None."""
    from withsense_tf.common.limits import parse_json

    try:
        value = parse_json(line)
    except ValueError:
        return line if not line.lstrip().startswith(("{", "[", '"')) else None
    if isinstance(value, dict):
        text = value.get("text")
        return text if isinstance(text, str) else None
    return None if isinstance(value, list | str) else line


def _unreadable(line: str) -> dict[str, str]:
    reason = "no JSON object with a field text: nobody knows what it says"
    return {"text": line, "verdict": "review", "rule": "unreadable line", "span": "", "reason": reason}


def _judge(text: str, texts: TextPolicy, rule: CountryRule) -> dict[str, str]:
    if rule.rule == "none":
        reason = f"{rule.country} has no such rule"
        return {"text": text, "verdict": "allow", "rule": "", "span": "", "reason": reason}
    verdict = texts.verdict(text)
    legal = {"blocked-by": rule.authority, "ground": rule.ground} if verdict.restricted else {}
    return {
        "text": text,
        "verdict": verdict.decision,
        "rule": verdict.rule,
        "span": verdict.span,
        "reason": verdict.reason,
        **{name: value for name, value in legal.items() if value},
    }
