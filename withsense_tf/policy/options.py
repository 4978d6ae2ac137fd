"""Command-line options that name the files of the law, for every command that touches photos or texts."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

HELP: Final = {
    "countries": "A TOML file of the rules of countries.",
    "overrides": "A CSV of what people decided of photos.",
    "consents": "The register of permissions.",
    "audit": "Where decisions are logged.",
    "languages": "A folder of rule files of more languages.",
}
VotesOption = Annotated[
    int | None,
    typer.Option(
        "--min-votes",
        min=1,
        help="How many of a photo's captions must speak of a child. Else what WITHSENSE_MIN_VOTES says, else 1.",
    ),
]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--photo-judge",
        help="What looks at photos: a folder that policy train made, or module:Class. Else what "
        "WITHSENSE_PHOTO_JUDGE names.",
    ),
]
CountryOption = Annotated[
    str | None,
    typer.Option(
        "--country", help="Two letters (ISO 3166-1: GB, not UK); without it the strictest rule holds."
    ),
]


def keeps_law(command: Callable[..., None], makes: str = "") -> Callable[..., None]:
    """Give a command the options of the law's files; its parameter `law`, if any, gets the files that are in force.

    The file that it `makes` need not be there.
    """
    # What only this function fills in needs no type at the terminal.
    needs_law = command.__annotations__.pop("law", None) is not None
    own = inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def run_command(**words: object) -> None:
        # Late: who asks for help needs no law.
        from withsense_tf.policy.countries import known_country
        from withsense_tf.policy.service import LawFiles

        if (country := words.get("country")) is not None:
            words["country"] = known_country(country)
        votes, judge = words.pop("min_votes"), words.pop("photo_judge")
        options_given = {name: Path(str(file)) for name in HELP if (file := words.pop(name)) is not None}
        law = LawFiles.of_service(
            None if votes is None else int(str(votes)),
            None if judge is None else str(judge),
            makes,
            **options_given,
        )
        command(**words, **({"law": law} if needs_law else {}))

    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                Path | None,
                typer.Option(f"--{name}", help=f"{text} Else what WITHSENSE_{name.upper()} names."),
            ],
        )
        for name, text in HELP.items()
    ]
    options += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in (("min_votes", VotesOption), ("photo_judge", JudgeOption))
    ]
    shown_parameters = [parameter for name, parameter in own.parameters.items() if name != "law"]
    signature = own.replace(parameters=[*shown_parameters, *options])
    run_command.__signature__ = signature  # type: ignore[attr-defined]  # what inspect looks for
    run_command.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return run_command
