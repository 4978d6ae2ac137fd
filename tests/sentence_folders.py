"""A sentence encoder laid out as on Hugging Face, so small that it is made here, and its forward pass in NumPy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.special import erf
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "dog", "##s", "run", "cat", "the", "собака", "."]
LAYERS, HEADS, WIDTH, INNER, POSITIONS = 2, 2, 8, 16, 24


def write_sentence_folder(folder: Path, seed: int = 0, **changes: Any) -> Path:
    """Write the folder of a sentence encoder; `changes` are of `1_Pooling`, `modules`, or `length`."""
    rng = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "pooler.dense.weight": (WIDTH, WIDTH),
        "pooler.dense.bias": (WIDTH,),
    } | _norm("embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for name in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= _dense(f"{at}attention.{name}", WIDTH, WIDTH)
        shapes |= _norm(f"{at}attention.output.LayerNorm") | _norm(f"{at}output.LayerNorm")
        shapes |= _dense(f"{at}intermediate.dense", WIDTH, INNER) | _dense(f"{at}output.dense", INNER, WIDTH)
    tensors = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    kinds = changes.get("modules", ("Transformer", "Pooling", "Normalize"))
    files = {
        "config.json": {
            "model_type": "bert",
            "vocab_size": len(WORDS),
            "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS,
            "hidden_size": WIDTH,
            "intermediate_size": INNER,
            "max_position_embeddings": POSITIONS,
        },
        "modules.json": [
            {"idx": n, "path": f"{n}_{kind}" if n else "", "type": f"sentence_transformers.models.{kind}"}
            for n, kind in enumerate(kinds)
        ],
        "1_Pooling/config.json": {f"pooling_mode_{changes.get('pooling', 'mean_tokens')}": True},
        "sentence_bert_config.json": {"max_seq_length": changes.get("length", 16)},
    }
    (folder / "1_Pooling").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    save_file(tensors, folder / "model.safetensors")
    _tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def sentence_vectors(folder: Path, tokens: list[int], pooling: str = "mean") -> np.ndarray:
    """Compute the vector of one text from its tokens: BERT by its paper, one text at a time and unpadded."""
    tensors = load_file(folder / "model.safetensors")

    def dense(rows: np.ndarray, name: str) -> np.ndarray:
        return rows @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(rows: np.ndarray, name: str) -> np.ndarray:
        centred = rows - rows.mean(1, keepdims=True)
        scale = np.sqrt((centred**2).mean(1, keepdims=True) + 1e-12)
        return centred / scale * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    heads = json.loads((folder / "config.json").read_text())["num_attention_heads"]
    layers = json.loads((folder / "config.json").read_text())["num_hidden_layers"]
    rows = tensors["embeddings.word_embeddings.weight"][tokens]
    rows = rows + tensors["embeddings.position_embeddings.weight"][: len(tokens)]
    rows = norm(rows + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(layers):
        at = f"encoder.layer.{layer}."
        query, key, value = (
            dense(rows, f"{at}attention.self.{name}").reshape(len(rows), heads, -1).swapaxes(0, 1)
            for name in ("query", "key", "value")
        )
        weights = np.exp(query @ key.swapaxes(1, 2) / np.sqrt(query.shape[2]))
        mixed = (weights / weights.sum(2, keepdims=True) @ value).swapaxes(0, 1).reshape(len(rows), -1)
        rows = norm(rows + dense(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = dense(rows, f"{at}intermediate.dense")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        rows = norm(rows + dense(inner, f"{at}output.dense"), f"{at}output.LayerNorm")
    vector = {"mean": rows.mean(0), "first": rows[0], "max": rows.max(0)}[pooling]
    return vector / np.linalg.norm(vector)


def _dense(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    # As published: these two are of the training, and not what is asked for here.
    tokenizer.enable_padding(length=20)
    tokenizer.enable_truncation(20)
    return tokenizer
