"""What reviewers do: decide with a reason and a name, and take decisions back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from withsense_tf.app.photo_service import PhotoService
from withsense_tf.app.request_problems import ProblemError
from withsense_tf.app.review_list import record_of, texts_of_content
from withsense_tf.app.uploads.index_writing import PHOTOS, writing_alone
from withsense_tf.common.atomic_files import alone_with, fill_draft, whole_file
from withsense_tf.data.pictures.photo_file import has_digest
from withsense_tf.index.brought import note_brought
from withsense_tf.index.tables.left_out_tables import kept_out_photos
from withsense_tf.index.trail.decision_trail import (
    OF_INDEX,
    READMIT,
    TAKEN_BACK,
    Decision,
    DecisionTrail,
    Signer,
    new_decision,
    standing_decisions,
)
from withsense_tf.index.trail.table_decision import ContraryError, cells_by_weight, rows_of, table_with
from withsense_tf.index.trail.take_out import take_out
from withsense_tf.index.upkeep.judge_anew import check_may_judge, judge_anew
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.overrides import OVERRIDE_COLUMNS, Override, load_overrides

NO_FILE: Final = (
    "This server keeps no file of what people decide.",
    "Ask who runs it to start it with --overrides FILE (see: withsense serve --help).",
)
DECIDED_AGAIN: Final = "This photo was decided on again since."
UNDONE: Final = "This decision was taken back already."
PHOTO_CHANGED: Final = ("This photo, or what is said of it, has changed since.", "Look at it again.")


def decide(
    service: PhotoService, id_: str, decision: str, signer: Signer, reason: str, state: str | None = None
) -> Decision:
    """Let a person's decision hold for a photo from now on, and write it into the trail.

    Where the person saw another `state` of it than there is by now, that is a problem, and nothing is done. So it is
    where another decision holds against this one.
    """
    with writing_alone(service), _rows_alone(service) as rows:
        name, digest = content_of(service, id_)
        old = rows_of(rows, name, digest)
        if state is not None:
            _check_state(service, digest, old, state, may_say_more=decision == "restrict")
        if decision == "allow":
            _check_file(service, name, digest)
        new = Override(name, decision, signer.name, reason, digest)
        note = new_decision(name, digest, decision, cells_by_weight(old), signer, reason)
        return _put_overrides(service, rows, old, [new], note)


def with_states(service: PhotoService, photos: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return photos of a list, each with the state that a decision on it is held against, as `state`."""
    rows = _rows(service)
    return [one | {"state": _state_of_listed(one, rows)} for one in photos]


def _state_of_listed(photo: Mapping[str, Any], rows: Sequence[Override]) -> str:
    texts = {
        one["name"]: [(caption["caption"], caption["text"]) for caption in one["captions"]]
        for one in (photo, *photo["copies"])
    }
    return _state(photo["digest"], texts, rows_of(rows, photo["name"], photo["digest"]))


def _state(digest: str, texts: Mapping[str, Sequence[tuple[str, str]]], rows: Sequence[Override]) -> str:
    """Return what stands for what a person saw: the content, what is said of it under all its names, and decisions."""
    parts = (digest, _hash(sorted(texts.items())), _hash(rows))
    return "-".join(part[:32] for part in parts)


def _hash(value: object) -> str:
    return hashlib.sha256(repr(value).encode(errors="surrogatepass")).hexdigest()


def _check_state(
    service: PhotoService, digest: str, rows: Sequence[Override], state: str, may_say_more: bool
) -> None:
    """Raise where a photo is not as the person saw it; with `may_say_more` other texts are no matter."""
    with service.search().index.catalog.reading() as tables:
        now = _state(digest, texts_of_content(tables, digest), rows).split("-")
    before = state.split("-")
    if before[0] != now[0] or len(before) != len(now) or (before[1] != now[1] and not may_say_more):
        raise ProblemError(409, "photo_changed", *PHOTO_CHANGED)
    if before[2] != now[2]:
        raise ProblemError(409, "not_the_last", DECIDED_AGAIN, "Look at it again.")


def _check_file(service: PhotoService, name: str, digest: str) -> None:
    """Raise where the file that a person may have looked at is not the one that the index has."""
    with service.search().index.catalog.reading() as tables:
        _, path, _ = record_of(tables, name)
    if not has_digest(Path(path), digest):
        raise ProblemError(
            409,
            "photo_changed",
            "The photo's file has changed since the index took it in, or cannot be read.",
            "Ask who looks after the index to update it, and look at the photo again.",
        )


def undo(service: PhotoService, number: str, signer: Signer, reason: str) -> Decision:
    """Take a decision back: what had held before it holds again."""
    with writing_alone(service), _rows_alone(service) as rows:
        decisions = trail(service)
        found_decision = next((one for one in decisions if one.id == number), None)
        if found_decision is None:
            raise ProblemError(404, "no_such_decision", "There is no decision with this number.")
        if found_decision.decision in (READMIT, TAKEN_BACK):
            raise ProblemError(409, "let_in", "The photo may come in again: that is no decision of the law.")
        if found_decision.decision in OF_INDEX:
            raise ProblemError(
                409,
                "taken_out",
                "The photo was taken out of the index for good.",
                "Who looks after the index lets it in again: withsense index readmit",
            )
        photo, digest = found_decision.photo, found_decision.digest
        standing = standing_decisions(decisions)[digest]
        if _last_ones(decisions)[digest].id != number and [found_decision] != standing[-1:]:
            is_undone = found_decision not in standing
            what = UNDONE if is_undone else DECIDED_AGAIN
            advice = "Look at it again." if is_undone else f"Undo {standing[-1].id} first."
            raise ProblemError(409, "not_the_last", what, advice)
        now = rows_of(rows, photo, digest)
        _check_stands(decisions, found_decision, now)
        before = [Override(**cells) for cells in found_decision.replaced_rows]
        decision = before[-1].decision if before else None
        note = new_decision(photo, digest, decision, cells_by_weight(now), signer, reason)
        return _put_overrides(service, rows, now, before, replace(note, undoes=number))


def _check_stands(decisions: Sequence[Decision], last: Decision, now: Sequence[Override]) -> None:
    """Raise where the table has something else of a photo than the last decision on it left there."""
    if set(now) != _rows_left_by(decisions, last):
        others = [f"{one.by} decided to {one.decision} this photo since ({one.reason})." for one in now]
        detail = others[-1] if others else "The table of decisions has no decision on this photo now."
        raise ProblemError(409, "not_the_last", detail, "Look at it again.")


def _rows_left_by(decisions: Sequence[Decision], decision: Decision) -> set[Override]:
    """Return what a decision, or the taking back of one, left of a photo in the table of overrides."""
    if decision.undoes is not None:
        undone_decision = next((one for one in decisions if one.id == decision.undoes), decision)
        rows = undone_decision.replaced_rows
    else:
        rows = [{name: getattr(decision, name) for name in OVERRIDE_COLUMNS}]
    # As the table is read.
    return {Override(**{name: cell.strip() for name, cell in cells.items()}) for cells in rows}


def can_be_undone(service: PhotoService, decisions: Sequence[Decision]) -> set[str]:
    """Return the numbers of the decisions that `undo` takes back; the page offers no other."""
    rows = _rows(service)
    return {
        one.id
        for standing in standing_decisions(decisions).values()
        for one in standing[-1:]
        if set(rows_of(rows, one.photo, one.digest)) == _rows_left_by(decisions, one)
    }


def _last_ones(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """Return the last decision on each content, by its digest."""
    return {one.digest: one for one in decisions if one.decision not in OF_INDEX}


def remove(service: PhotoService, id_: str, signer: Signer, reason: str) -> dict[str, str]:
    """Take a photo, its copies and what shows it out for good, and write that into the trail.

    Return the names of those that left, each with the photo that it shows, or "" where it is that one or a copy.

    It is there for who asks again, too: what was stopped on the way is done then, and noted if it was not.
    """
    with writing_alone(service):
        with service.doorway(None) as here:  # an index that is judged by another law is not changed
            index, name = here.index, service.ids.read(id_)
            kept_out_names = {photo for photo, *_ in kept_out_photos(here.tables)}
        if name is None or name not in kept_out_names:
            name, _ = content_of(service, id_)
        # The pictures that were made of photos lie beside that folder.
        note_brought(index, service.settings.state_folder / PHOTOS)
        _, leaving, _ = take_out(index, [name], service.policy, _trail(service), signer, reason)
        return leaving


def trail(service: PhotoService) -> list[Decision]:
    """Return all decisions that were made here, the oldest first."""
    return _trail(service).decisions()


def without_effect(service: PhotoService, decisions: Sequence[Decision]) -> set[str]:
    """Return the numbers of decisions, the last ones on their photos, of which the table of overrides has nothing.

    The table was changed by another hand, or the machine stopped before the decision took effect.
    """
    rows = _rows(service)
    now = {
        one.id: [row.decision for row in rows_of(rows, one.photo, one.digest)][-1:]
        for one in _last_ones(decisions).values()
    }
    return {
        one.id
        for one in decisions
        if one.id in now and now[one.id] != ([] if one.decision is None else [one.decision])
    }


def content_of(service: PhotoService, id_: str) -> tuple[str, str]:
    """Return the name and digest of a photo, withheld ones too: for reviewers alone."""
    with service.search().index.catalog.reading() as tables:
        name, _, digest = record_of(tables, service.ids.read(id_))
    return name, digest


def content_to_show(service: PhotoService, id_: str, state: str | None) -> tuple[str, str]:
    """Return the name and digest of a photo that is to be shown; a problem, where the person saw another one."""
    name, digest = content_of(service, id_)
    if state is not None and state.split("-")[0] != _state(digest, {}, ()).split("-")[0]:
        raise ProblemError(409, "photo_changed", *PHOTO_CHANGED)
    _check_file(service, name, digest)
    return name, digest


def _overrides_file(service: PhotoService) -> Path:
    file = service.settings.law.overrides
    if file is None:
        raise ProblemError(409, "no_overrides", *NO_FILE)
    return file


def _rows(service: PhotoService) -> list[Override]:
    """Return the rows of the table of overrides; none where the server keeps no such."""
    file = service.settings.law.overrides
    return [] if file is None else list(load_overrides(file).values())


@contextmanager
def _rows_alone(service: PhotoService) -> Iterator[list[Override]]:
    """Yield the rows of the table of overrides, which nobody else changes within the block, in a terminal either."""
    with alone_with(_overrides_file(service)):
        yield _rows(service)


def _put_overrides(
    service: PhotoService,
    rows: Sequence[Override],
    old: Sequence[Override],
    new: Sequence[Override],
    decision: Decision,
) -> Decision:
    """Put rows in the place of others: first into the index, then into the file that both are held against.

    So the index answers by the law as it was until all photos are judged anew. Stopped between, it answers nothing
    until the index is judged again. What cannot be written into the audit log, the trail and the file changes nothing.
    """
    file = _overrides_file(service)
    try:
        content, overrides = table_with(rows, old, new, str(file))
    except ContraryError as error:
        raise ProblemError(409, "other_decision", error.what, error.advice) from error
    with _trail(service).before_effect() as note, whole_file(file) as draft:
        index, policy = service.search().index, service.policy.current()
        changed_law = Policy.current(
            replace(policy, ownership=replace(policy.ownership, overrides=overrides))
        )
        # Before the photos are judged: it holds the room that the file needs.
        fill_draft(draft, content, file)
        check_may_judge(index, changed_law)
        note(decision, changed_law)
        judge_anew(index, changed_law, lift=True)
    return decision


def _trail(service: PhotoService) -> DecisionTrail:
    return DecisionTrail(service.settings.state_folder)
