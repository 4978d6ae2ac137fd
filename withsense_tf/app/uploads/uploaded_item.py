"""A photo that a user sent, with all that speaks of it, as it comes into an index."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from withsense_tf.app.uploads.quarantine import Description
from withsense_tf.data.named import own_texts
from withsense_tf.data.pictures.photo_file import inspect_photo
from withsense_tf.index.item import Item

# Who says a caption where no name is given.
NOBODY: Final = "a user"


def item_of_upload(name: str, description: Description, file: Path) -> Item:
    """Return the item: the user's captions, those in the file, and what its name and its other texts say of it."""
    # Late: what reads tables takes a second to import, and who only searches needs none.
    from withsense_tf.data.folder.table_rows import Caption
    from withsense_tf.data.other_texts import words_of_files
    from withsense_tf.data.photo_facts import file_facts, size_facts

    facts = inspect_photo(file, decode=True)
    # Their ids hang on nothing but the photo, so that a second try brings the same.
    by = description.by or NOBODY
    lot = name.removeprefix("upload_").partition(".")[0]
    captions = [
        (f"{name}#by {by} {number:02x}{lot[2:]}", text) for number, text in enumerate(description.captions)
    ]
    own = {name: [Caption(id_, name, number, text, name, 0) for number, (id_, text) in enumerate(captions)]}
    file_words = words_of_files({name: facts.file_texts}, {name: facts.digest}, own)
    return Item(
        name,
        file,
        facts.digest,
        (*captions, *((one.caption, one.text) for one in file_words.captions)),
        (*own_texts(description.file_name), *((where, text) for where, _, text in file_words.other_texts)),
        {**size_facts(float(facts.width), float(facts.height)), **file_facts(file, facts.digest)},
        unread=tuple((where, reason) for _, where, reason in file_words.unread),
        look=facts.look,
    )
