"""The command line: `python -m withsense_tf` or `withsense`."""

from __future__ import annotations

import json as json_format
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from withsense_tf import terminal
from withsense_tf.commands.index import app as index_app
from withsense_tf.commands.search import search

if TYPE_CHECKING:
    from withsense_tf.policy.countries import CountryRule
    from withsense_tf.policy.verdict import TextPolicy

app = typer.Typer(
    help="Photos and texts: check data, render the demo set, ask what the law allows, index photos and search them. "
    "Compare matchers with: python -m withsense_tf.experiments.compare",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Look at With Sense folders, and make one.", no_args_is_help=True)
app.add_typer(data_app, name="data")


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Photos and texts: check data, render the demo set, ask what the law allows, index photos and search them."""
    if show:
        from importlib.metadata import version

        typer.echo(f"withsense_tf {version('withsense_tf')}")
        raise typer.Exit


@data_app.command("check")
def data_check(
    folder: Annotated[Path, typer.Argument(help="A With Sense folder.")],
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if anything is damaged.")] = False,
    quarantine: Annotated[
        Path | None, typer.Option(help="Also write everything found to this CSV file, a row each.")
    ] = None,
) -> None:
    """Find every kind of damage in a folder and report it with counts and examples."""
    from withsense_tf.data.check import check_folder
    from withsense_tf.data.problems import problem_table

    report = check_folder(folder)
    typer.echo(
        json_format.dumps(report.as_dict(), indent=2, ensure_ascii=False) if json else report.as_text()
    )
    if quarantine is not None:
        quarantine.parent.mkdir(parents=True, exist_ok=True)
        problem_table(report.problems).to_csv(quarantine, index=False)
    if strict and not report:
        raise typer.Exit(1)


@data_app.command("demo")
def data_demo(
    folder: Annotated[Path, typer.Argument(help="Where the folder is made; it must not be there yet.")],
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same files.")] = 0,
    train: Annotated[int, typer.Option(min=10, help="Number of training photos.")] = 400,
    test: Annotated[int, typer.Option(min=1, help="Number of test photos.")] = 100,
) -> None:
    """Render the synthetic demo set as a With Sense folder."""
    from withsense_tf.data.demo import write_demo

    write_demo(folder, seed=seed, train=train, test=test)
    typer.echo(
        f"{folder}: {train} training and {test} test photos. Synthetic: drawn scenes, simulated judges."
    )


app.command("search")(search)
app.add_typer(index_app, name="index")

policy_app = typer.Typer(help="What the law allows: texts and photos.", no_args_is_help=True)
app.add_typer(policy_app, name="policy")
Country = Annotated[str | None, typer.Option(help="Two letters; without it the strictest rule holds.")]


@policy_app.command("check")
def policy_check(
    file: Annotated[str, typer.Argument(help="A text on each line; - is the standard input.")],
    country: Country = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help="Lines that are JSON objects are read as such: their field text counts."
        ),
    ] = False,
) -> None:
    """Print a JSON object for each line: text, verdict, rule, span, reason."""
    rule, texts = _law_of(country)
    with (
        nullcontext(sys.stdin)
        if file == "-"
        else Path(file).open(encoding="utf-8", errors="replace") as stream
    ):
        for line in stream:
            plain = line.rstrip("\r\n").removeprefix("\ufeff")
            text = _text_of(plain) if jsonl else plain
            judged = _judged(text, texts, rule) if text is not None else _unreadable(plain)
            typer.echo(json_format.dumps(judged, ensure_ascii=False))


@policy_app.command("explain")
def policy_explain(
    text: Annotated[str, typer.Argument(help="A caption or a query.")], country: Country = None
) -> None:
    """Show what in a text made the verdict, and what was found to be no child."""
    rule, texts = _law_of(country)
    judged = _judged(text, texts, rule)
    typer.echo(f"{judged['verdict']}: {judged['reason']}")
    for hit in texts.hits(text):
        typer.echo(f"  {hit.decision:<7} {hit.rule}: “{hit.span}” ({hit.reason})")


@policy_app.command("photos")
def policy_photos(
    folder: Annotated[Path, typer.Argument(help="A With Sense folder.")],
    country: Country = None,
    overrides: Annotated[Path | None, typer.Option(help="A CSV of what people decided.")] = None,
) -> None:
    """List the restricted photos of a folder with the evidence, a tab-separated row each."""
    from withsense_tf.data.load import load_dataset
    from withsense_tf.policy.gate import Policy

    gate = Policy.default(overrides=overrides).gate(load_dataset(folder), country)
    decided = [gate.decisions[photo] for photo in gate.data.photos["photo"] if photo in gate.decisions]
    restricted = [decision for decision in decided if decision.restricted]
    typer.echo("photo\tsource\tvotes\tcaptions\tevidence")
    for decision in sorted(restricted, key=lambda decision: decision.photo):
        evidence = "; ".join(decision.evidence)
        typer.echo(f"{decision.photo}\t{decision.source}\t{decision.votes}\t{decision.captions}\t{evidence}")
    typer.echo(f"{len(restricted)} of {len(gate.data.photos)} photos are restricted.", err=True)


def _law_of(country: str | None) -> tuple[CountryRule, TextPolicy]:
    """Return the rule of a country, and what judges texts under it."""
    from withsense_tf.policy.gate import Policy

    policy = Policy.default()
    rule = policy.countries.rule(country)
    return rule, policy.texts(rule.age_limit)


def _text_of(line: str) -> str | None:
    """Return the field `text` of a line that is a JSON object, a line that is no JSON as it is, else None."""
    try:
        found = json_format.loads(line)
    except (ValueError, RecursionError):
        return line if not line.lstrip().startswith(("{", "[", '"')) else None
    if isinstance(found, dict):
        text = found.get("text")
        return text if isinstance(text, str) else None
    return None if isinstance(found, list | str) else line


def _unreadable(line: str) -> dict[str, str]:
    reason = "no JSON object with a field text: nobody knows what it says"
    return {"text": line, "verdict": "review", "rule": "unreadable line", "span": "", "reason": reason}


def _judged(text: str, texts: TextPolicy, rule: CountryRule) -> dict[str, str]:
    if rule.rule == "none":
        reason = f"{rule.country} has no such rule"
        return {"text": text, "verdict": "allow", "rule": "", "span": "", "reason": reason}
    verdict = texts.verdict(text)
    return {
        "text": text,
        "verdict": verdict.decision,
        "rule": verdict.rule,
        "span": verdict.span,
        "reason": verdict.reason,
    }


def main() -> None:
    """Run the command line."""
    terminal.run(app)


if __name__ == "__main__":
    main()
