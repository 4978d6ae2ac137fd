"""A back-up as the page shows it is whole, and is restored on another path where all that was before is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from doc_blocks import blocks_of
from doc_commands import type_in
from run_command import law_variables
from small_index import item_of, items_of_looks, new_index, shown

from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.index.brought import note_brought
from withsense_tf.index.photo_index import PhotoIndex
from withsense_tf.index.trail.decision_trail import STATE, DecisionTrail, Signer
from withsense_tf.index.trail.take_out import take_out
from withsense_tf.index.upkeep.ingest import ingest
from withsense_tf.index.upkeep.verify import verify_index
from withsense_tf.matchers.base import Matcher
from withsense_tf.policy.current_policy import Policy
from withsense_tf.policy.service import LawFiles


def test_what_the_page_backs_up_is_restored_elsewhere_with_decisions_uploads_and_the_log(
    fitted: Callable[[str], Matcher], store: VectorStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in law_variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    law = Path("law").absolute()
    law.mkdir()
    rows = "photo,digest,decision,by,reason\n001.png,,restrict,Ann,It shows a child.\n"
    (law / "overrides.csv").write_text(rows, encoding="utf-8")
    policy = Policy.of_files(LawFiles(overrides=law / "overrides.csv", audit=law / "audit.jsonl"))
    folder = Path("artifacts/index")
    index = new_index(folder, fitted("hybrid"), items_of_looks(Path("photos").absolute(), 4), store, policy)
    uploads = folder / STATE / "photos"
    note_brought(index, uploads)
    ingest(index, [item_of(uploads.absolute(), "upload_1.png", 5)], policy)
    take_out(index, ["003.png"], policy, DecisionTrail(folder / STATE), Signer("Ann"), "He asked.")
    before = shown(index, policy)
    assert before == {"000.png", "002.png", "upload_1.png"}
    index.close()

    backup, restore = (block for block in blocks_of("docs/how_to/backup.md") if block.language == "sh")
    for line in backup.commands:
        type_in(line)
    shutil.rmtree(folder)
    shutil.rmtree(law)
    for line in restore.commands:
        type_in(line)
    here = Path("restored").absolute()
    files = LawFiles(overrides=here / "law/overrides.csv", audit=here / "law/audit.jsonl")
    restored = PhotoIndex(here / folder)
    assert shown(restored, Policy.of_files(files)) == before
    assert verify_index(restored, files=True) == []
    (decision,) = DecisionTrail(here / folder / STATE).decisions()
    assert (decision.photo, decision.by) == ("003.png", "Ann")
    assert '"remove"' in (here / "law/audit.jsonl").read_text(encoding="utf-8")
    # With another key, what was asked before and after could not be compared.
    assert (here / "law/audit.jsonl.key").stat().st_size == 32
