"""What users bring comes into the index: photos from quarantine, and captions; judged first, and one at a time."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from withsense_tf.app import questions
from withsense_tf.app.answers import PhotoAnswer
from withsense_tf.app.guards.request_log import LOGGER, log_failure
from withsense_tf.app.photo_service import PhotoService, absent
from withsense_tf.app.request_problems import ProblemError, without_paths
from withsense_tf.app.uploads.photo_kinds import unusable
from withsense_tf.app.uploads.quarantine import Note, Quarantine, WaitingPhoto
from withsense_tf.app.uploads.uploaded_item import NOBODY, item_of_upload
from withsense_tf.data.pictures.photo_file import PhotoError, digest_of
from withsense_tf.encoders.vectors.store import LASTING
from withsense_tf.errors import WithSenseError, on_disk
from withsense_tf.index.brought import erase_brought, note_brought
from withsense_tf.index.item import Item
from withsense_tf.index.lift import LiftError
from withsense_tf.index.stored_items import stored_items
from withsense_tf.index.tables.left_out_tables import TAKEN_OUT, kept_out_photos, quarantined_photos
from withsense_tf.index.tables.photos_table import live_of_name, photo_records
from withsense_tf.index.upkeep.ingest import ingest, look_ahead
from withsense_tf.index.upkeep.readable import UnusablePhoto

# Of all workers one writes: what a photo has now must not be overwritten by who read it before.
# Each turn has a lock of this name, and a file that says which process has it, or had it last.
WRITING: Final = "writing"
# What comes in is looked at before, which may take minutes, and for which no decision waits; whose turn this is takes
# the other one within it.
LOOKING: Final = "looking at what came in"
# Below the state folder; what came in lies here.
PHOTOS: Final = "photos"
PATIENCE_SECONDS: Final = 20.0
# A turn takes no longer, also where networks are loaded in it on a busy machine.
LONGEST_TURN_SECONDS: Final = 600.0
# What was said of a photo that waited is damaged, or its file is gone: neither will be otherwise the next time.
NO_WORDS, NO_FILE = "upload_damaged", "photo_missing"
NO_UPLOAD: Final = (
    "Only a photo that was brought to this server is taken out alone.",
    "One of a folder leaves alone with its file, at the next update.",
)
MOST_CAPTIONS: Final = 100  # of one photo


def writing_alone(service: PhotoService) -> AbstractContextManager[None]:
    """Let nobody else change what users brought within the block; who waits too long is asked to come again."""
    return _alone(service, WRITING)


@contextmanager
def _alone(service: PhotoService, turn: str) -> Iterator[None]:
    folder = service.settings.state_folder
    writer_file = folder / f"{turn.split()[0]}.by"
    try:
        with on_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(writer_file.with_suffix(".lock"), timeout=PATIENCE_SECONDS):
                writer_file.write_text(str(os.getpid()), encoding="utf-8")
                yield
    except Timeout:
        with suppress(OSError):
            _tell_wait(writer_file, turn)
        raise ProblemError(
            503, "busy", "Others are changing the index.", "Try again in a while.", {"Retry-After": "10"}
        ) from None


def _tell_wait(writer_file: Path, turn: str) -> None:
    """Say that a change was put off, and for whom; where that one has its turn for too long, what to do about it."""
    writer = writer_file.read_text(encoding="utf-8")
    minutes = (seconds := time.time() - writer_file.stat().st_mtime) / 60
    line = (
        f"a change of the index waited {PATIENCE_SECONDS:g} seconds for its turn and was put off (who asked for it got "
        f"503; an upload stays and is judged later): process {writer} of this server is {turn}, or was the last to, "
        f"since {minutes:.0f} minutes"
    )
    if seconds < LONGEST_TURN_SECONDS:
        line += ". To load networks or judge many photos takes minutes: nothing need be done"
        LOGGER.warning("", extra={"cells": {"message": line}})
        return
    if writer != str(os.getpid()):  # no process is told to end itself
        line += (
            f". Look whether it works (top -p {writer}). If it rests while this line comes again, end it "
            f"(kill {writer}): with several workers another one takes its place; with one, start the server again"
        )
    LOGGER.error("", extra={"cells": {"error": line}})


def add_caption(
    service: PhotoService, id_: str, text: str, by: str | None, country: str | None
) -> PhotoAnswer:
    """Add a caption to a photo that may be shown, and return what is known of it then.

    The law judges it first. A caption that speaks of a child is evidence like any other: from then on the photo is
    withheld, and so is this answer.
    """
    check_author(service, by, country)
    with _alone(service, LOOKING):
        with service.doorway(country) as here:
            name = service.name_of(here, id_)
            ((_, item),) = stored_items(here.tables, live_of_name(name))
        if len(item.captions) >= MOST_CAPTIONS:
            raise ProblemError(409, "many_captions", f"The photo has {len(item.captions)} captions already.")
        caption = (caption_id(name, by), text)
        # What comes to the photo meanwhile, by an update of its folder, stays, too.
        with_caption = replace(item, captions=(*item.captions, caption), adds_captions=True)
        look_ahead(here.index, [with_caption], service.policy)
        with writing_alone(service):
            ingest(here.index, [with_caption], service.policy, others="keep")
    return questions.photo(service, id_, country)


def caption_id(photo: str, by: str | None) -> str:
    """Return the id of a caption that a user added; it says who said so."""
    return f"{photo}#by {by or NOBODY} {secrets.token_hex(8)}"


def check_author(service: PhotoService, by: str | None, country: str | None) -> None:
    """Raise where the name of who says something speaks of a child itself: it would stand beside the caption."""
    if by is not None:
        with service.doorway(country) as here:
            if here.door.refuses(by):
                raise ProblemError(400, "author_not_taken", "The name in `by` is not taken.", "Give another.")


def judge_own(service: PhotoService, waiting: WaitingPhoto) -> None:
    """Bring a photo in for who waits for the answer, unless another worker has done so."""
    with _alone(service, LOOKING):
        if waiting.folder.exists():
            bring_in(service, Quarantine(waiting.folder.parent), waiting)


def judge_waiting(service: PhotoService, quarantine: Quarantine) -> None:
    """Bring the photos that wait into the index, where the law decides on each; those that cannot be read leave.

    One that cannot be brought in for another reason goes on waiting, and keeps no other one waiting.
    """
    for waiting in quarantine.waiting():
        try:
            judge_own(service, waiting)
        except (ProblemError, WithSenseError) as error:
            if isinstance(error, ProblemError) and error.kind == "busy":
                raise  # which is told already
            LOGGER.error("", extra={"cells": {"error": f"{waiting.name} waits: {error}"}})
        except Exception as error:
            log_failure(waiting.name, error)


def judge_rest(service: PhotoService, quarantine: Quarantine) -> None:
    """Judge what waits, however long others write; what cannot be judged now waits for the next upload."""
    while quarantine.count() and not service.ending.is_set():
        with suppress(ProblemError):
            judge_waiting(service, quarantine)
            return


def bring_in(service: PhotoService, quarantine: Quarantine, waiting: WaitingPhoto) -> None:
    """Bring a photo into the index, or the reason why it cannot be read; stopped on the way, it is done again."""
    folder = service.settings.state_folder / PHOTOS
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file, index = folder / waiting.name, service.search().index
    note_brought(index, folder)
    photo: Item | UnusablePhoto
    try:
        photo = _item(waiting, file)
        look_ahead(index, [photo], service.policy)
    except PhotoError as error:
        if error.kind not in LASTING | {NO_WORDS, NO_FILE}:
            raise  # the machine's trouble, and perhaps none the next time
        photo = UnusablePhoto(waiting.name, str(file), error.kind, error.reason)
    with writing_alone(service):
        report = ingest(index, [photo], service.policy)
        if report.kept_out:  # for who asks later: a copy cannot be told by its digest
            photo = UnusablePhoto(waiting.name, str(file), TAKEN_OUT, "it or a copy was taken out for good")
            report = ingest(index, [photo], service.policy)
        if report.quarantined:
            file.unlink(missing_ok=True)
        quarantine.leave(waiting)


def take_back(service: PhotoService, quarantine: Quarantine, name: str, note: Note) -> None:
    """Take out a photo that a user brought, and it alone: its copies stay, and it may come again.

    What it said of them counts on where it was restricted. It is there for who asks again after it was stopped.
    """
    folder = service.settings.state_folder / PHOTOS
    file = folder / name
    with _alone(service, LOOKING), writing_alone(service):
        with service.doorway(None) as here:  # an index that is judged by another law is not changed
            index, records = here.index, photo_records(here.tables, live_of_name(name))
        waiting = [one for one in quarantine.waiting() if one.name == name]
        if records and not is_upload(service, name, records[0][2]):
            raise ProblemError(409, "no_upload", *NO_UPLOAD)
        # A name that is no upload's may lead elsewhere.
        places = [one.file for one in waiting] + [file] * (file.parent == folder)
        digests = [one[3] for one in records] or [digest_of(one) for one in places if one.is_file()]
        if not (digests or waiting):
            raise absent()
        digest = digests[0] if digests else ""
        with note(name, digest):
            try:
                if records:
                    ingest(index, [], service.policy, remove=[name])
            except LiftError as error:  # which others would be shown by that is not told
                what = "For others this photo may not leave alone."
                raise ProblemError(409, "no_upload", what, "Ask who looks after the index.") from error
            for one in waiting:
                quarantine.leave(one)
        erase_brought(index, file, digest)


def is_upload(service: PhotoService, name: str, path: str) -> bool:
    """Return whether a photo's file lies where this server keeps what users brought."""
    return Path(path).resolve() == (service.settings.state_folder / PHOTOS / name).resolve()


def _item(waiting: WaitingPhoto, file: Path) -> Item:
    """Copy a photo that waits to its place, and return it with what was said of it; raise if it cannot be used."""
    if waiting.description is None:  # what it shows might have been said there
        raise PhotoError(NO_WORDS, "what was said of it is damaged")
    if waiting.file.is_file():
        # Where it is there already, it came before, and may have been damaged since.
        shutil.copyfile(waiting.file, draft := file.with_suffix(".draft"))
        draft.rename(file)
    elif not file.exists():
        raise PhotoError(NO_FILE, "its file is gone")
    return item_of_upload(waiting.name, waiting.description, file)


def refusal(service: PhotoService, name: str, digest: str | None = None) -> ProblemError:
    """Return why a photo that was judged is not in the index, whichever worker judged it: its tables say so.

    Of the photo that was taken out before, nothing is said but that there is one. Who asks later, with a `digest`,
    may have taken the photo back.
    """
    with service.search().index.catalog.reading() as tables:
        rows, out = quarantined_photos(tables), kept_out_photos(tables)
    kind, reason = next((row[2:4] for row in rows if row[0] == name), ("", ""))
    if kind == TAKEN_OUT or any(name == photo or digest == other for photo, other, _ in out):
        what = "This photo, or one that it shows or is a copy of, was taken out of the index for good."
        advice = "Ask who looks after the index whether it may come in again."
        return ProblemError(409, TAKEN_OUT, what, advice)
    if kind:
        return unusable(kind, without_paths(reason))
    if digest is not None:
        return absent()
    what = "The index changed while the photo came in, and it is not there."
    return ProblemError(409, "changed_meanwhile", what, "Send it again.")
