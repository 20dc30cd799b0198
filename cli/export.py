"""The command that writes a study's trials to a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpo.cli.options import FILE, common, load_study, study_option
from hpo.cli.render import columns, render
from hpo.exceptions import CLIUsageError
from hpo.files import replacing, write_text
from hpo.reading.plain import flattened, trial_record
from hpo.words import encodable, inert

if TYPE_CHECKING:
    from hpo.study import Study

__all__ = ["export"]

_FORMATS = ["csv", "json", "parquet"]


@click.command()
@common()
@study_option
@click.option("-o", "--output", type=FILE, help="Standard output if left out.")
@click.option("-f", "--format", "form", type=click.Choice(_FORMATS), help="By default the file's ending, else csv.")
def export(storage: str | None, study_name: str | None, output: Path | None, form: str | None) -> None:
    """Write all trials as CSV, JSON or Parquet."""
    if form is None:
        form = "csv" if output is None else output.suffix.removeprefix(".").lower()
        if form not in _FORMATS:
            raise CLIUsageError(f"Say in which format with --format: {', '.join(_FORMATS)}; {output} does not tell.")
    if form == "parquet" and output is None:
        raise CLIUsageError("Parquet is for files; say which with --output.")
    study = load_study(storage, study_name)
    records = [trial_record(trial, len(study.directions)) for trial in study.trials]
    if form == "parquet":
        assert output is not None
        _write_parquet(study, output)
        return
    text = render(records, "json") + "\n" if form == "json" else _csv(records)
    if output is None:
        click.echo(text, nl=False)
        return
    write_text(output, text)


def _csv(records: list[dict[str, Any]]) -> str:
    rows = [flattened(record) for record in records]
    text = io.StringIO()
    names = columns(rows)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(inert, names))
    writer.writerows([inert(row.get(name)) for name in names] for row in rows)
    return text.getvalue()


def _write_parquet(study: Study, output: Path) -> None:
    try:
        import pandas as pd
        import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        raise CLIUsageError("Parquet needs pandas and pyarrow: pip install 'hpo-study[parquet]'.") from None
    table = study.trials_dataframe()
    for name in table.columns:
        try:
            pa.array(table[name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):  # choices of several types; a column has one
            table[name] = table[name].map(lambda value: value if pd.isna(value) else encodable(str(value)))
    with replacing(output) as place:
        table.to_parquet(place, index=False)
