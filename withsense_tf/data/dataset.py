"""The frozen tables of one folder, and the judged pairs that matchers learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from withsense_tf.data.caption_ids import owners_of
from withsense_tf.data.counts_text import in_words
from withsense_tf.errors import DataError, SettingError, check_kind

PAIR_COLUMNS = ("photo", "caption", "text", "path", "target", "weight", "source")


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """The photos, captions and judgements of one folder.

    Every table comes as a copy-on-write copy: changing one never changes the data set.

    - `photos`: photo (file name; in a plain folder, its path), part (train, test, corpus), path, width, height,
      digest, look (what copies are found by), group (the same for copies), parts (groups of photos that it shows)
    - `captions`: caption (`<photo>#<n>`), photo (its owner), number, text, part (train, test, corpus)
    - `pairs`: photo, caption (the judged pairs, as listed)
    - `experts`: photo, caption, expert1, expert2, expert3 (1 to 4)
    - `crowd`: photo, caption, share (0 to 1), yes, no
    - `queries`: caption, text, photo (test queries and the photo each asks for)
    - `quarantine`: kind, level, file, line, item, reason (what was left out, and what is odd)
    - `sources`: source, photos, captions, how (where the captions of a plain folder come from)
    """

    name: str
    folder: Path
    synthetic: bool
    fingerprint: str
    _tables: dict[str, pd.DataFrame] = field(repr=False)
    # The version of the law under which restricted photos and captions were left out; nothing where none was kept.
    law: str = ""

    @property
    def photos(self) -> pd.DataFrame:
        """Return the usable photos."""
        return self._tables["photos"].copy(deep=False)

    @property
    def captions(self) -> pd.DataFrame:
        """Return every caption that has a text."""
        return self._tables["captions"].copy(deep=False)

    @property
    def other_texts(self) -> pd.DataFrame:
        """Return caption (or where it stands), photo and text of what counts for the law alone.

        That are damaged or second captions, names, columns of `photos.csv`, and what photo files say of other things.
        """
        return self._table_or_none("other_texts", "caption", "photo", "text")

    @property
    def sources(self) -> pd.DataFrame:
        """Return each source of captions of a plain folder, and how many photos it has captions of; else no row."""
        return self._table_or_none("sources", "source", "photos", "captions", "how")

    @property
    def listed_facts(self) -> dict[str, dict[str, str | float]] | None:
        """Return what tables of a plain folder say of its photos beside captions, by photo; None for other folders."""
        if "facts" not in self._tables:
            return None
        facts: dict[str, dict[str, str | float]] = {}
        for photo, column, value in self._tables["facts"].itertuples(index=False):
            facts.setdefault(photo, {})[column] = value
        return facts

    @property
    def unread(self) -> pd.DataFrame:
        """Return photo, where and reason of what may speak of a photo and cannot be read."""
        return self._table_or_none("unread", "photo", "where", "reason")

    @property
    def left_in_test(self) -> pd.DataFrame:
        """Return photo, digest and group of training photos that were left out because they are test photos."""
        return self._table_or_none("left_in_test", "photo", "digest", "group")

    def _table_or_none(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a table, or one of these columns without a row where the data set has none."""
        empty = pd.DataFrame({column: [] for column in columns}, dtype="str")
        return self._tables.get(name, empty).copy(deep=False)

    @property
    def content(self) -> pd.Series[str]:
        """Return the digest of each photo's file, by photo: equal for the same file under two names."""
        return self._by_photo["digest"]

    @property
    def groups(self) -> pd.Series[str]:
        """Return the group of each photo, by photo: equal for the same file and for copies that look the same."""
        return self._by_photo["group" if "group" in self._by_photo else "digest"]  # by hand, none is told

    @cached_property
    def _by_photo(self) -> pd.DataFrame:
        return self._tables["photos"].drop_duplicates("photo").set_index("photo")

    def twins(self) -> dict[str, list[str]]:
        """Return, for photos that lay in training too, the names under which they were left out there."""
        twins: dict[str, list[str]] = {}
        groups = self.groups
        for twin, group in self.left_in_test[["photo", "group"]].itertuples(index=False):
            for photo in groups.index[(groups == group) & (groups.index != twin)]:
                twins.setdefault(photo, []).append(twin)
        return twins

    def own(self, table: pd.DataFrame) -> np.ndarray:
        """Return which rows have a photo, or a copy of it, beside its own caption, bool, (rows,)."""
        owner = owners_of(table["caption"])
        copies = owner.map(self.groups) == table["photo"].map(self.groups)
        return ((owner == table["photo"]) | copies).to_numpy(bool)

    @cached_property
    def group_by_content(self) -> dict[str, str]:
        """Return the group of each photo, by its digest; each training asks for them."""
        return dict(zip(self.content, self.groups, strict=True))

    @property
    def pairs(self) -> pd.DataFrame:
        """Return the pairs of photo and caption that were listed for judging."""
        return self._tables["pairs"].copy(deep=False)

    @property
    def experts(self) -> pd.DataFrame:
        """Return the experts' scores."""
        return self._tables["experts"].copy(deep=False)

    @property
    def crowd(self) -> pd.DataFrame:
        """Return the crowd's votes."""
        return self._tables["crowd"].copy(deep=False)

    @property
    def queries(self) -> pd.DataFrame:
        """Return the test queries."""
        return self._tables["queries"].copy(deep=False)

    @property
    def quarantine(self) -> pd.DataFrame:
        """Return what was left out (level error) and what is odd but kept (level note)."""
        return self._tables["quarantine"].copy(deep=False)

    def only(self, photos: Collection[str], captions: Collection[str]) -> Dataset:
        """Return the data set with these photos and captions alone, and the rows that need no others."""
        tables = dict(self._tables)
        owners = set(self.captions.loc[self.captions["caption"].isin(captions), "photo"])
        for name, table in self._tables.items():
            keep = pd.Series(True, index=table.index)
            if name in ("other_texts", "unread"):
                # Evidence stays with what it speaks of: whoever judges the rest must know it too.
                tables[name] = table[table["photo"].isin(owners | set(photos))].reset_index(drop=True)
                continue
            # A caption's own column `photo` names its owner, which may be a photo that is not here.
            if "photo" in table and name != "captions":
                keep &= table["photo"].isin(photos)
            if "caption" in table:
                keep &= table["caption"].isin(captions)
            tables[name] = table[keep].reset_index(drop=True)
        names = "\n".join([*sorted(photos), *sorted(captions)])
        fingerprint = hashlib.sha256(f"{self.fingerprint}\n{names}".encode(errors="replace")).hexdigest()[:16]
        return replace(self, fingerprint=fingerprint, _tables=tables)

    def with_tables(self, **tables: pd.DataFrame) -> Dataset:
        """Return the data set with other tables in the place of those of these names."""
        return replace(self, _tables=self._tables | tables)

    def save_quarantine(self, file: str | Path) -> Path:
        """Write the quarantine table as CSV and return its path."""
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.quarantine.to_csv(path, index=False)
        return path

    def counts(self) -> dict[str, int]:
        """Count the usable rows of each kind."""
        parts = self.photos["part"].value_counts()
        return {
            "train_photos": int(parts.get("train", 0)),
            "test_photos": int(parts.get("test", 0)),
            "captioned_photos": int(parts.get("corpus", 0)),
            "captions": len(self.captions),
            "pairs": len(self.pairs),
            "expert_rows": len(self.experts),
            "crowd_rows": len(self.crowd),
            "test_queries": len(self.queries),
            "left_out": int(self.quarantine["level"].eq("error").sum()),
        }

    def __repr__(self) -> str:
        return f"Dataset({self.name}: {in_words(self.counts(), self.content.index.isin(self.captions['photo']).sum())})"


def check_dataset(what: str, value: object) -> None:
    """Raise if something is no data set."""
    check_kind(what, value, Dataset, "a data set", "pass ws.load_dataset(folder) or ws.demo_dataset()")


def check_pairs(what: str, value: object) -> None:
    """Raise if something is no pairs."""
    how = "pass ws.relevance(data), or where nobody judged ws.caption_pairs(data)"
    check_kind(what, value, Pairs, "pairs of photos and texts", how)


@dataclass(frozen=True, eq=False, repr=False)
class Pairs:
    """Pairs of a photo and a text with what is known of their fit; a row each.

    - `data`: the data set that the photos are of
    - the table, as `table` returns it: photo, caption (its id), text, path (of the photo's file), target (0 to 1),
      weight (how sure, above 0) and source (who said so)
    - `definition`: in words, what the target is

    `group` gives photos that are the same file, or look the same, one name, so that no split tears them apart.
    """

    data: Dataset
    _table: pd.DataFrame
    definition: str = ""

    def __post_init__(self) -> None:
        check_dataset("Pairs", self.data)
        columns = ", ".join(PAIR_COLUMNS)
        check_kind("Pairs", self._table, pd.DataFrame, f"a table with the columns {columns}")
        if missing := [name for name in PAIR_COLUMNS if name not in self._table.columns]:
            raise DataError(f"Pairs need the columns {columns}; {', '.join(missing)} missing.")
        foreign = self._table.loc[~self._table["photo"].isin(self.data.content.index), "photo"]
        if len(foreign):
            raise DataError(
                f"{len(foreign)} pairs have a photo that {self.data.name!r} has not, as {foreign.iloc[0]}."
            )
        if not (np.isfinite(self.weight) & (self.weight > 0)).all():
            raise DataError("The weights of pairs must be finite numbers above 0.")

    @property
    def table(self) -> pd.DataFrame:
        """Return all pairs as a table."""
        return self._table.copy(deep=False)

    @property
    def target(self) -> np.ndarray:
        """Return the targets, float64, (pairs,)."""
        return self._table["target"].to_numpy(dtype=np.float64)

    @property
    def weight(self) -> np.ndarray:
        """Return the weights, float64, (pairs,)."""
        return self._table["weight"].to_numpy(dtype=np.float64)

    @property
    def texts(self) -> list[str]:
        """Return the text of each pair."""
        return self._table["text"].tolist()

    @cached_property
    def paths(self) -> list[Path]:
        """Return the photo file of each pair."""
        return [Path(path) for path in self._table["path"]]

    @property
    def photos(self) -> pd.DataFrame:
        """Return the photos that occur in these pairs, a row each."""
        photos = self.data.photos
        return photos[photos["photo"].isin(self._table["photo"])].reset_index(drop=True)

    @cached_property
    def content(self) -> np.ndarray:
        """Return one label a pair that is the same for photos with the same bytes, (pairs,)."""
        return self._table["photo"].map(self.data.content).to_numpy(dtype=str)

    @cached_property
    def group(self) -> np.ndarray:
        """Return one label a pair that is the same for photos that are copies of each other, (pairs,)."""
        return self._table["photo"].map(self.data.groups).to_numpy(dtype=str)

    def take(self, rows: Sequence[int] | np.ndarray) -> Pairs:
        """Return the pairs at these positions, in this order."""
        return replace(self, _table=self._table.iloc[np.asarray(rows)].reset_index(drop=True))

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, row: object) -> None:
        raise SettingError("Split pairs by photo, by ws.folds_by_photo(pairs), not by rows.")

    __iter__ = None

    def __repr__(self) -> str:
        photos, captions = self._table[["photo", "caption"]].nunique()
        return f"Pairs({len(self):,} of {self.data.name}: {photos:,} photos, {captions:,} captions)"
