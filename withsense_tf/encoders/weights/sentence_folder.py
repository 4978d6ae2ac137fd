"""Sentence encoders as Hugging Face lays them out in a folder: what goes in, and what becomes of the tokens' vectors.

`config.json` and `model.safetensors` have the network; `tokenizer.json` its tokens; `modules.json` what follows the
network, with a folder for each (`1_Pooling`, `2_Normalize`); `sentence_bert_config.json` how much of a text is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from withsense_tf.common.limits import JSON_BYTES, read_json, read_text
from withsense_tf.encoders.weights.weight_files import first_line, is_local
from withsense_tf.errors import SettingError, WeightsMissingError
from withsense_tf.file_access import path_of
from withsense_tf.printed_commands import install_words

USUAL_LENGTH: Final = 48
# As such a folder calls them, by what they are called here.
POOLING_FLAGS: Final = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "first",
    "pooling_mode_max_tokens": "max",
}
POOLING_WORDS: Final = {"mean": "mean", "cls": "first", "max": "max"}
Tokenise = Callable[[Sequence[str]], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class SentenceLayout:
    """What a folder says of texts: how tokens are pooled and how many are read, and the file that has the tokens.

    Whether vectors are brought to length one (`unit_length`), and whether texts are put in small letters before.
    """

    pooling: str = "mean"
    length: int = USUAL_LENGTH
    unit_length: bool = False
    lowercase: bool = False
    tokenizer: Path | None = None


def sentence_layout(preset: str) -> SentenceLayout:
    """Return what the folder of a preset says, or what is usual where it says nothing or is a name to download."""
    folder = path_of(preset)
    if not is_local(preset) or not (folder / "config.json").is_file():
        return SentenceLayout()
    try:
        config = read_json(folder / "config.json")
    except (OSError, ValueError):
        return SentenceLayout()  # whoever loads the network says what is wrong with it
    # What save_to_preset writes has a tokenizer.json, too, which is another thing.
    if not isinstance(config, dict) or "model_type" not in config:
        return SentenceLayout()
    tokenizer = folder / "tokenizer.json"
    file = tokenizer if tokenizer.is_file() else None
    if not (folder / "modules.json").is_file():
        return SentenceLayout(tokenizer=file)
    modules = _modules(folder)
    _refuse_prompt(folder)
    settings = folder / "sentence_bert_config.json"
    about = _read(settings) if settings.is_file() else {}
    most = config.get("max_position_embeddings", USUAL_LENGTH)
    length = min(about.get("max_seq_length") or most, most)
    if isinstance(length, bool) or not isinstance(length, int):
        raise SettingError(f"{settings}: max_seq_length must be a whole number, got {length!r}.")
    return SentenceLayout(
        _pooling(folder / modules["Pooling"] / "config.json") if "Pooling" in modules else "mean",
        length,
        "Normalize" in modules,
        bool(about.get("do_lower_case")),
        file,
    )


def tokeniser_of(layout: SentenceLayout, length: int) -> Tokenise:
    """Return a function: texts -> token_ids and padding_mask, int32, (texts, the longest one's tokens)."""
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise WeightsMissingError(
            "A network laid out as on Hugging Face needs the package tokenizers, which is not here. Install it: "
            f"{install_words('weights')}."
        ) from error
    file = layout.tokenizer
    try:
        if file is None:
            raise ValueError("there is no such file")
        tokenizer = Tokenizer.from_str(read_text(file, JSON_BYTES))
        pad = (tokenizer.padding or {}).get("pad_id", 0)
        tokenizer.no_padding()
        tokenizer.enable_truncation(length)
    except Exception as error:
        # The library raises plain Exceptions.
        raise SettingError(f"{file} cannot be read as a tokenizer: {first_line(error)}.") from None

    def tokenise(texts: Sequence[str]) -> Mapping[str, np.ndarray]:
        parts = tokenizer.encode_batch([text.lower() if layout.lowercase else text for text in texts])
        ids = np.full((len(parts), max((len(part.ids) for part in parts), default=0)), pad, np.int32)
        mask = np.zeros_like(ids)
        for row, part in enumerate(parts):
            ids[row, : len(part.ids)], mask[row, : len(part.ids)] = part.ids, 1
        return {"token_ids": ids, "padding_mask": mask}

    return tokenise


def _modules(folder: Path) -> dict[str, str]:
    """Return the folder of each module by its kind; one that is not computed here is an error."""
    entries = _read(folder / "modules.json", list)
    modules = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            raise SettingError(f"{folder / 'modules.json'}: expected a type and a path, got {entry!r}.")
        modules[str(entry.get("type")).rpartition(".")[2]] = entry["path"]
    others = modules.keys() - {"Transformer", "Pooling", "Normalize"}
    if others:
        raise SettingError(
            f"{folder}: texts go through {', '.join(sorted(others))} there, which is not computed here: only "
            "Transformer, Pooling and Normalize are. Take a sentence encoder without it."
        )
    return modules


def _pooling(file: Path) -> str:
    config = _read(file)
    words = [POOLING_WORDS.get(str(config["pooling_mode"]))] if "pooling_mode" in config else []
    words += [
        POOLING_FLAGS.get(key)
        for key, value in config.items()
        if key.startswith("pooling_mode_") and value is True
    ]
    if len(words) != 1 or words[0] is None:
        raise SettingError(f"{file}: expected one pooling of mean, cls and max, got {config}.")
    return words[0]


def _refuse_prompt(folder: Path) -> None:
    file = folder / "config_sentence_transformers.json"
    prompt = _read(file).get("default_prompt_name") if file.is_file() else None
    if prompt is not None:
        raise SettingError(
            f"{file}: the prompt {prompt!r} stands before every text there, and is not put there here."
        )


def _read(file: Path, kind: type = dict) -> Any:
    try:
        content = read_json(file)
        if not isinstance(content, kind):
            raise ValueError(f"expected a {kind.__name__}, got a {type(content).__name__}")
    except (OSError, ValueError) as error:
        raise SettingError(f"{file} cannot be read: {error}. Get the folder again.") from error
    return content
