"""Why the law withholds what somebody asked or brought, as far as their own words say it: no other photo counts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fastapi import Request

from withsense_tf.app.page.drawing_board import PageReader
from withsense_tf.app.photo_service import PhotoService
from withsense_tf.data.embedded.file_captions import captions_in_files
from withsense_tf.data.named import own_texts
from withsense_tf.data.pictures.photo_file import inspect_photo
from withsense_tf.policy.photo_decisions import restricts
from withsense_tf.policy.texts.verdict import Verdict


def restricting_verdict(request: Request, text: str) -> Verdict | None:
    """Return what the law says of a text, where that is why it is refused: it hangs on no photo."""
    service: PhotoService = request.app.state.service
    law, rule = service.policy.current(), service.rule(PageReader.of(request).country)
    if not text.strip() or rule.rule == "none":
        return None
    verdict = law.texts(rule.age_limit).verdict(text)
    return verdict if restricts(verdict, law.restricts_review) else None


def first_restricting(request: Request, texts: Iterable[str]) -> tuple[str, Verdict | None]:
    """Return the first of some texts that the law refuses, with what it says of it; none, where it refuses none."""
    for text in texts:
        if (verdict := restricting_verdict(request, text)) is not None:
            return text, verdict
    return "", None


def refused_for(
    request: Request, texts: Iterable[str], descriptions: Iterable[str], file: Path, file_name: str
) -> str:
    """Return why a photo that is asked by is refused, as far as who sent it may know it from what they sent.

    `words` were said beside it, what its `file` or the name of that says, `nothing` says what it shows, or `look`. Of
    the texts `descriptions` alone say what it shows: others say what else is looked for.
    """
    if first_restricting(request, texts)[1] is not None:
        return "words"
    inside = inspect_photo(file).file_texts
    own = [text for _, text in own_texts(file_name)] + [text.text for text in inside.texts]
    if inside.unread or first_restricting(request, own)[1] is not None:
        return "file"
    # A caption in the file describes it, too.
    is_described = any(text.strip() for text in descriptions) or captions_in_files(
        {"": inside}, {"": ""}, {}
    ).get("")
    return "look" if is_described else "nothing"
