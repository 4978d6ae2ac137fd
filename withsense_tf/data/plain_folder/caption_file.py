"""Which file of captions a user names, and which of its columns are what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from withsense_tf.common.limits import is_file
from withsense_tf.errors import SettingError, check_kind
from withsense_tf.file_access import path_of


@dataclass(frozen=True)
class CaptionFile:
    """A table of captions, in the folder or elsewhere, with the names (or numbers) of its columns.

    What is not named is found by what is in the columns.
    """

    file: Path
    photo_column: str | None = None
    text_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_kind("CaptionFile", self.file, (str, Path), "the name of a table of captions")
        value: object = self.text_columns
        columns = (value,) if isinstance(value, str) else tuple(self.text_columns)
        object.__setattr__(self, "file", path_of(self.file))
        object.__setattr__(self, "text_columns", columns)

    @classmethod
    def of(cls, captions: str | Path | CaptionFile | None) -> CaptionFile | None:
        """Return the file that is meant by its name alone, too."""
        check_kind("captions=", captions, (str, Path, cls, type(None)), "the name of a table of captions")
        return cls(Path(captions)) if isinstance(captions, str | Path) else captions

    def words(self) -> list[str]:
        """Return the options of a command that name it."""
        columns = [("--photo-column", self.photo_column)] if self.photo_column else []
        columns += [("--text-column", name) for name in self.text_columns]
        return [str(word) for option in (("--caption-file", self.file), *columns) for word in option]

    def name_in(self, root: Path, files: Mapping[str, Path]) -> tuple[str, Path]:
        """Return what the file is called among the files of a folder, and where it is."""
        places = [self.file] if self.file.is_absolute() else [self.file, root / self.file]
        path = next((place for place in places if is_file(place)), None)
        if path is None:
            raise SettingError(
                f"There is no file of captions {self.file}, neither here nor in {root}. Expected a table that names "
                "photos and has captions (CSV, TSV, JSON)."
            )
        for name, other in files.items():
            if other.samefile(path):
                return name, other
        return str(path), path


def captions_of_options(
    file: Path | None, photo_column: str | None, text_columns: list[str] | None
) -> CaptionFile | None:
    """Return what the options of a command say; columns without a file are an error."""
    if file is None:
        if photo_column or text_columns:
            raise SettingError("--photo-column and --text-column are of a --caption-file: name it, too.")
        return None
    return CaptionFile(file, photo_column, tuple(text_columns or ()))
