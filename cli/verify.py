"""The command that recomputes a study."""

from __future__ import annotations

from typing import Any

import click

from hpo.cli.options import common, format_option, load_study, study_option
from hpo.cli.plug_ins import plug_in_options, plug_ins
from hpo.cli.render import render
from hpo.reading.verify import verify as recompute
from hpo.words import count

__all__ = ["verify"]


@click.command()
@common()
@study_option
@plug_in_options
@format_option("table")
def verify(storage: str | None, study_name: str | None, form: str, flatten: bool, **options: Any) -> int:
    """Recompute all decisions from the log, and compare.

    These are the proposals and the pruning decisions, each checked with the sampler and the pruner that the log names.
    Give those of your own, and those of a study that was written before logs named them. Prints what differs, and exits
    with 3 if anything does.
    """
    study = load_study(storage, study_name, *plug_ins(options))
    verification = recompute(study.events(), study.sampler, study.pruner)
    differences, remarks = verification.differences, verification.remarks
    for remark in remarks:
        click.echo(remark, err=True)
    if not differences:
        of = "that could be checked" if remarks else f"of {count(study.count_trials())}"
        click.echo(f"All decisions {of} come out as recorded.", err=True)
        return 0
    records = [
        {"trial": one.number, "what": one.what, "recorded": one.recorded, "recomputed": one.recomputed}
        for one in differences
    ]
    click.echo(render(records, form, flatten=flatten))
    differ = count(len(differences), "decision differs", "decisions differ")
    asked = f"{type(study.sampler).__name__} and {type(study.pruner).__name__}"
    click.echo(
        f"{differ}. Another version of hpo may have decided otherwise, as the changelog says. Where the log does not "
        f"name who decided, {asked} were asked; --sampler and --pruner choose others.",
        err=True,
    )
    return 3
