"""`compare` and its sub-commands: one that measures, and those that look at what was measured."""

from __future__ import annotations

import inspect
from typing import Any

import typer
from typer.core import TyperGroup

from withsense_tf.errors import SettingError
from withsense_tf.experiments.compare.run_command import main
from withsense_tf.experiments.runs import runs_command as runs


class CompareGroup(TyperGroup):
    """Options, and advice on settings that are none."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read options."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            # Who is done, as --help is, names no option, and needs no settings.
            if not (option := getattr(error, "option_name", None)):
                raise
            from withsense_tf.experiments.compare.config import Config

            key = str(option).lstrip("-").replace("-", "_")
            if key in Config.__annotations__:
                raise SettingError(f"compare has no option --{key}: write --set {key}=VALUE.") from error
            raise


app = typer.Typer(
    cls=CompareGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train and measure the matchers on photos with judgements or captions; print a table, keep it, and write a "
    "report. "
    "Without a command a comparison is run; the commands look at those that were made.",
)


def compare(context: typer.Context, **options: object) -> None:
    """Run a comparison where no sub-command is named."""
    command = context.invoked_subcommand
    if command is None:
        main(**options)
        return
    sources = {name: context.get_parameter_source(name) for name in context.params}
    own_options = [
        name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"
    ]
    if own_options:
        raise SettingError(
            f"compare {command}: --{own_options[0].replace('_', '-')} stands before {command}, as if for a new "
            f"comparison. Write options after the command: compare {command} ... --output FOLDER."
        )


# Its options are those of `main`.
_context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
_options = inspect.signature(main).parameters
compare.__signature__ = inspect.Signature([_context, *_options.values()])  # type: ignore[attr-defined]  # what inspect looks for
compare.__annotations__ = {name: one.annotation for name, one in _options.items()} | {
    "context": typer.Context
}
app.callback(invoke_without_command=True)(compare)
app.command("list")(runs.list_runs)
app.command("show")(runs.show_run)
app.command("diff")(runs.diff_runs)
app.command("merge")(runs.merge)
app.command("track")(runs.track)
