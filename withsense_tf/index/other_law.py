"""An index that was judged by another law than the one here: what it was judged with, and what mends that."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from withsense_tf.errors import OtherLawError, WithSenseError
from withsense_tf.index.catalog import Catalog
from withsense_tf.index.integrity.table_errors import JUDGED_WITH, NOT_WRITTEN, PLACES
from withsense_tf.index.tables.state_table import get_state, set_state
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles
from withsense_tf.printed_commands import index_command, option_words

# They change no verdict.
DECIDE_NOTHING: Final = ("--consents", "--audit")
# Without it photos are judged by as much as can be.
STRICT_WITHOUT: Final = "--min-votes"


def deciding_options(policy: Policy) -> dict[str, str] | None:
    """Return the options that verdicts hang on, with their values; None where a policy comes of no files."""
    if policy.files is None:
        return None
    options = policy.files.options()
    return {name: value for name, value in options.items() if name not in DECIDE_NOTHING}


def put_options(tables: sqlite3.Connection, policy: Policy) -> None:
    """Write down by which options an index is judged."""
    set_state(tables, **{JUDGED_WITH: deciding_options(policy)})


def note_options(catalog: Catalog, policy: Policy) -> None:
    """Do so where the files of the same law lie elsewhere by now."""
    with catalog.reading() as tables:
        if deciding_options(policy) in (None, get_state(tables, JUDGED_WITH)):
            return
    with catalog.writing() as tables:
        if get_state(tables, "policy") == policy.version:
            put_options(tables, policy)


def missing_options(tables: sqlite3.Connection, policy: Policy) -> dict[str, str]:
    """Return the options that an index was judged with and a policy lacks."""
    before, here = get_state(tables, JUDGED_WITH), deciding_options(policy)
    names = _parts_of(policy) if here is None else here.keys()
    return {name: str(value) for name, value in (before or {}).items() if name not in names}


def options_of_index(tables: sqlite3.Connection) -> tuple[dict[str, str], bool]:
    """Return the options that an index was judged with, and whether they give the very same law now.

    None are returned where a file of theirs is gone or cannot be read. A judge of photos is not loaded to be compared.
    """
    options: dict[str, str] = get_state(tables, JUDGED_WITH) or {}
    files = LawFiles.of_options(options)
    try:
        version = Policy.of_files(replace(files, photo_judge=None)).version
    except (WithSenseError, OSError, ValueError):
        return {}, False
    return options, files.photo_judge is None and version == get_state(tables, "policy")


def _parts_of(policy: Policy) -> set[str]:
    """Return the options that a policy without files has the like of: it was put together in Python."""
    ownership = policy.ownership
    parts = {
        "--overrides": ownership.overrides,
        "--photo-judge": ownership.photo_judge,
        "--languages": policy.languages or None,
    }
    # Rules of countries it always has, and nobody can tell whose.
    return {"--countries", STRICT_WITHOUT, *(name for name, value in parts.items() if value is not None)}


def check_no_less(tables: sqlite3.Connection, policy: Policy) -> None:
    """Raise where the photos of an index would be judged by less than they were, such as without a list of decisions.

    Of more options no restriction falls, and nothing of this holds where the law is as it was.
    """
    if get_state(tables, "policy") == policy.version:
        return
    missing = missing_options(tables, policy)
    if not missing.keys() - {STRICT_WITHOUT}:
        return
    folder = _folder(tables)
    command = index_command(folder, "judge", options={} if policy.files is None else policy.files.options())
    raise OtherLawError(
        f"The photos of {folder} would be judged by less than before. {_lacking(missing)}\nNothing was changed. To "
        f"judge them without it, say --lift where a command has it, or: {command} (and start servers without it, too)",
        f"The server must be started again with what the index was judged with:{option_words(_places(missing))}",
    )


def other_law(policy: Policy, tables: sqlite3.Connection, version: str | None) -> OtherLawError:
    """Return what to say, and to do, where an index was judged by another law than the one here.

    Rules of texts are read when a process starts: where they changed since, this process is the one behind.
    """
    files = policy.files
    languages = policy.languages if files is None else files.rules_of_languages()
    newest = replace(policy, languages=languages, _texts={}).version
    versions = f"version {version}, here {policy.version}"
    changed_law = f"The law was kept otherwise when this index was last changed ({versions}). "
    here, missing = {} if files is None else files.options(), missing_options(tables, policy)
    options = missing | here
    command = index_command(_folder(tables), "judge", options=options)
    # For who may not know where files lie.
    public_command = index_command("INDEX", "judge", options=_places(options))
    same = "by the policy that is here" if files is None else "by the files that are named here"
    if newest != policy.version:
        behind = f"{changed_law}The rules have changed since this process read them: restart the server"
        advice = "The rules have changed since the server read them: it must be started again."
        if newest == version:
            return OtherLawError(behind, advice)
        return OtherLawError(
            f"{behind}, and let the index judge its photos anew {same}: {command}",
            f"{advice} Then its photos must be judged anew: {public_command}",
        )
    if missing:
        less = index_command(_folder(tables), "judge", options=here)
        return OtherLawError(
            f"{changed_law}{_lacking(missing)}{_files_gone(missing, less)}",
            f"The server must be started again with what the index was judged with:{option_words(_places(missing))}",
        )
    caution = f"{NOT_WRITTEN} " if get_state(tables, JUDGED_WITH) is None else ""
    return OtherLawError(
        f"{changed_law}{caution}Let it judge its photos anew {same}: {command}",
        f"Its photos must be judged anew by the files that this server has: {public_command}",
    )


def _lacking(missing: Mapping[str, str]) -> str:
    values = (
        f"WITHSENSE_{name.strip('-').replace('-', '_').upper()}={shlex.quote(value)}"
        for name, value in missing.items()
    )
    return (
        f"It was judged with{option_words(missing)}, and here {' and '.join(missing)} "
        f"{'is' if len(missing) == 1 else 'are'} missing: give the same here, too. For all commands of a shell at "
        f"once: export {' '.join(values)}"
    )


def _files_gone(missing: Mapping[str, str], command: str) -> str:
    files = [
        value for name, value in missing.items() if PLACES.get(name) == "FILE" and not Path(value).exists()
    ]
    if not files:
        return ""
    verb = "is" if len(files) == 1 else "are"
    return f"\n{', '.join(files)} {verb} not there any more; to judge its photos anew without it: {command}"


def _places(options: Mapping[str, str]) -> dict[str, str]:
    return {name: (PLACES | {STRICT_WITHOUT: "NUMBER"}).get(name, "FILE") for name in options}


def _folder(tables: sqlite3.Connection) -> Path:
    ((_, _, file),) = tables.execute("SELECT * FROM pragma_database_list WHERE name = 'main'").fetchall()
    return Path(str(file)).parent
