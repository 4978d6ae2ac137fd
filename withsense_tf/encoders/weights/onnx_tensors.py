"""Tensors of an ONNX file, read as data: no runtime is needed, and nothing of its graph is run.

Such a file is a protocol buffer: fields, each a number and a value, one after the other. Few of them matter here: the
tensors, and which node multiplies by which of them, since matrices have no names of their own. Format: `onnx.proto`,
https://github.com/onnx/onnx (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from withsense_tf.common.limits import FILE_BYTES, read_bytes
from withsense_tf.errors import DataError
from withsense_tf.file_access import words_of

# Kinds of values: a number, eight bytes, as many bytes as stand before them, four bytes.
NUMBER, EIGHT, BYTES, FOUR = 0, 1, 2, 5
GRAPH: Final = 7
NODE, TENSOR = 1, 5
NODE_INPUT, NODE_NAME, NODE_KIND = 1, 3, 4
TENSOR_SIDE, TENSOR_TYPE, TENSOR_FLOATS, TENSOR_INTEGERS, TENSOR_NAME, TENSOR_BYTES = 1, 2, 4, 5, 8, 9
TYPES: Final[dict[int, np.dtype]] = {1: np.dtype("<f4"), 2: np.dtype("u1"), 3: np.dtype("i1")}
PRODUCTS: Final = ("MatMul", "MatMulInteger")
# What a writer adds to the names of nodes and tensors whose numbers it rounds to one byte each.
NODE_ENDING, MATRIX_ENDING, SCALE, ZERO = "_quant", "_quantized", "_scale", "_zero_point"
LONGEST_NUMBER: Final = 10  # bytes

Value = int | memoryview


def read_onnx(file: Path) -> dict[str, np.ndarray]:
    """Return the tensors of a file, float32; a matrix has the name of the node that multiplies by it.

    Matrices of one byte a number are scaled back to what they were. A file that holds anything else is an error.
    """
    try:
        tensors: dict[str, np.ndarray] = {}
        products: dict[str, str] = {}
        for part in _values(memoryview(read_bytes(file, FILE_BYTES)), GRAPH):
            for tensor in _values(part, TENSOR):
                name, numbers = _tensor(tensor)
                tensors[name] = numbers
            for node in _values(part, NODE):
                products.update(_product(node))
        if not tensors:
            raise ValueError("it has no tensors")
        return dict(_with_names(tensors, products))
    except OSError as error:
        raise DataError(f"{file} cannot be read: {words_of(error)}.") from error
    except (ValueError, IndexError, OverflowError) as error:
        raise DataError(
            f"{file} cannot be read as tensors ({error}). Expected a network in the ONNX format with its numbers in "
            "the file. Get the file again."
        ) from error


def _with_names(tensors: dict[str, np.ndarray], products: dict[str, str]) -> Iterator[tuple[str, np.ndarray]]:
    scales = {name.removesuffix(MATRIX_ENDING) + SCALE for name in tensors if name.endswith(MATRIX_ENDING)}
    for name, tensor in tensors.items():
        if name in products:
            yield products[name], _scaled_back(tensors, name) if name.endswith(MATRIX_ENDING) else tensor
        elif tensor.dtype == np.float32 and name not in scales:
            yield name, tensor


def _scaled_back(tensors: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return what a rounded matrix stands for: a scale, and what zero is written as, for each column or for all."""
    stem = name.removesuffix(MATRIX_ENDING)
    scale, zero = tensors.get(stem + SCALE), tensors.get(stem + ZERO)
    if scale is None or zero is None:
        raise ValueError(f"{name} has no scale")
    numbers: np.ndarray = (tensors[name].astype(np.float32) - zero.astype(np.float32)) * scale
    return numbers


def _product(node: memoryview) -> dict[str, str]:
    """Return which tensor a node multiplies by, and the node's name; nothing where it does something else."""
    inputs = [_text(value) for value in _values(node, NODE_INPUT)]
    kind, name = (_text(next(_values(node, field), memoryview(b""))) for field in (NODE_KIND, NODE_NAME))
    return {inputs[1]: name.removesuffix(NODE_ENDING)} if kind in PRODUCTS and len(inputs) > 1 else {}


def _tensor(data: memoryview) -> tuple[str, np.ndarray]:
    """Return a tensor's name and numbers; numbers of a kind that no weights have are left out."""
    fields: dict[int, list[Value]] = {}
    for field, value in _fields(data):
        fields.setdefault(field, []).append(value)
    name = _text(_bytes(fields.get(TENSOR_NAME, [])))
    dtype = TYPES.get(_integers(fields.get(TENSOR_TYPE, [0]))[0])
    if dtype is None:
        return name, np.zeros(0, np.int64)
    numbers: np.ndarray
    if TENSOR_INTEGERS in fields:
        numbers = np.array(_integers(fields[TENSOR_INTEGERS])).astype(dtype)
    else:
        numbers = np.frombuffer(_bytes(fields.get(TENSOR_BYTES) or fields.get(TENSOR_FLOATS, [])), dtype)
    return name, numbers.reshape(_integers(fields.get(TENSOR_SIDE, [])))


def _bytes(values: list[Value]) -> bytes:
    return b"".join(value for value in values if isinstance(value, memoryview))


def _integers(values: list[Value]) -> list[int]:
    """Return whole numbers that stand one by one, or several together."""
    numbers: list[int] = []
    for value in values:
        if isinstance(value, int):
            numbers.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = _number(value, at)
            numbers.append(number)
    # Those below zero are written as what they are more than it, of 64 bits.
    return [number - (1 << 64) if number >> 63 else number for number in numbers]


def _values(data: memoryview, field: int) -> Iterator[memoryview]:
    for number, value in _fields(data):
        if number == field and isinstance(value, memoryview):
            yield value


def _fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        field, kind = key >> 3, key & 7
        if kind == NUMBER:
            value, at = _number(data, at)
            yield field, value
            continue
        if kind not in (EIGHT, BYTES, FOUR):
            raise ValueError(f"a value of kind {kind} is none")
        size = {EIGHT: 8, FOUR: 4}.get(kind, 0)
        if kind == BYTES:
            size, at = _number(data, at)
        if at + size > len(data):
            raise ValueError("its end is missing")
        yield field, data[at : at + size]
        at += size


def _number(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number and where it ends: seven bits a byte, the lowest first, until a byte without its highest bit."""
    number = 0
    for place in range(LONGEST_NUMBER):
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    raise ValueError("a number has no end")


def _text(value: bytes | memoryview) -> str:
    return bytes(value).decode("utf-8", "replace")
