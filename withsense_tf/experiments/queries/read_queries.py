"""Read the typed queries of the package, or of a folder."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from withsense_tf.data.folder.tables import read_table
from withsense_tf.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TYPED_QUERIES: Final = "queries_ru.csv"
TYPED_COLUMNS: Final = ("image", "russian", "english")


def read_typed_queries(folder: Path | None = None) -> pd.DataFrame:
    """Return what people typed for photos: image, russian, english; that of the folder, or else of the source."""
    import pandas as pd

    own = None if folder is None else folder / TYPED_QUERIES
    if own is None or not (table := read_table(own, TYPED_COLUMNS, header=True)).there:
        return _own_queries()
    if not table.usable or table.problems:
        problem = table.problems[0]
        raise DataError(f"{own} cannot be read as typed queries: {problem.where}: {problem.reason}.")
    rows = [[row.fields[name].strip() for name in TYPED_COLUMNS] for row in table.rows]
    if any(not cell for row in rows for cell in row):
        raise DataError(
            f"{own}: a row of typed queries has all of {', '.join(TYPED_COLUMNS)}, and one lacks some."
        )
    return pd.DataFrame(rows, columns=list(TYPED_COLUMNS), dtype="str")


def _own_queries() -> pd.DataFrame:
    try:
        return read_packed(__package__, TYPED_QUERIES)
    except FileNotFoundError as error:
        raise DataError(
            f"The folder has no {TYPED_QUERIES} with the columns {', '.join(TYPED_COLUMNS)}, and those for Flickr8k "
            "are part of the source, and not of what is installed. Write them, or leave these splits out."
        ) from error


def read_packed(package: str, name: str) -> pd.DataFrame:
    """Return a table of queries that lies in a package."""
    import pandas as pd

    # One byte a letter: so it is packed smallest. To change it: `bunzip2`, then `bzip2` again.
    with as_file(files(package) / f"{name}.bz2") as file:
        return pd.read_csv(file, dtype="str", encoding="cp1251", keep_default_na=False)
