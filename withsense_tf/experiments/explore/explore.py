"""What is in a folder, and what are its judgements worth? `withsense explore`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from withsense_tf.common import terminal
from withsense_tf.policy.options import CountryOption, keeps_law

if TYPE_CHECKING:
    from withsense_tf.data.dataset import Dataset
    from withsense_tf.evaluation.page.sections import Section
    from withsense_tf.policy.current_policy import Policy
    from withsense_tf.policy.service import LawFiles

NO_JUDGES: Final = (
    "Nobody judged these photos: no agreement of judges can be measured, and no target is theirs."
)
BY_CAPTIONS: Final = (
    "How well own captions are told from others', compare says: withsense compare --data FOLDER"
)


@keeps_law
def main(
    data: Annotated[
        Path | None, typer.Option(help="A folder of photos. Without it the synthetic demo set is rendered.")
    ] = None,
    output: Annotated[Path, typer.Option(help="The report goes to OUTPUT/explore.")] = Path("artifacts"),
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the demo set.")] = 0,
    country: CountryOption = None,
    *,
    law: LawFiles,
) -> None:
    """Write a report on files, photos, captions, judgements and targets; print what it concludes."""
    from rich.console import Console

    from withsense_tf.evaluation.page.sections import write_page
    from withsense_tf.experiments.data_option import load
    from withsense_tf.policy.current_policy import Policy

    policy = Policy.of_files(law)
    terminal.output_folder(output)
    dataset = load(data, output, seed)
    console = Console(highlight=False, markup=False)
    say = partial(console.print, soft_wrap=True)
    say(repr(dataset))
    sections = explore(dataset, policy, country)
    with terminal.waiting("Drawing the report"):
        page = write_page(output / "explore", f"What is in {dataset.name}", sections, notes(dataset))
    for note in notes(dataset):
        if note.startswith(NO_JUDGES):
            say(note)
    for section in sections:
        console.print(f"\n{section.title}", style="bold")
        say(section.conclusion)
        if section.slug in ("agreement", "targets") and section.table is not None:
            say(section.table.to_string(index=False, float_format="{:.3f}".format))
    say(f"\nReport: {page}")


def explore(data: Dataset, policy: Policy | None = None, country: str | None = None) -> list[Section]:
    """Make all sections of the report; what it shows, the law allows in that country."""
    from withsense_tf.experiments.explore.content_sections import content_sections, files_section
    from withsense_tf.experiments.explore.judgement_sections import judgement_sections
    from withsense_tf.policy.current_policy import Policy

    with terminal.waiting("Measuring the judgements"):
        of_judges = judgement_sections(data)
    with terminal.waiting("Reading the captions by the law, and the photos"):
        gate = (policy or Policy.of_service()).gate(data, country)
        return [files_section(data), *of_judges, *content_sections(gate)]


def notes(data: Dataset) -> list[str]:
    """Return what the reader of the report must know first."""
    from withsense_tf.evaluation.compare import DRAWN_NOTE, SYNTHETIC_NOTE
    from withsense_tf.targets.blend import files_to_mend
    from withsense_tf.targets.which_target import measured_by_captions, nobody_judged

    if nobody_judged(data):
        # Where files of judgements are there, compare measures by nothing else.
        next_step = [BY_CAPTIONS] if measured_by_captions(data) else files_to_mend(data)
        return [*([DRAWN_NOTE] if data.synthetic else []), " ".join([NO_JUDGES, *next_step])]
    return [SYNTHETIC_NOTE] if data.synthetic else []
