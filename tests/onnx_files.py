"""Write small ONNX files for tests, by the format's own description: no package for it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

TYPES = {np.dtype("float32"): 1, np.dtype("uint8"): 2, np.dtype("int8"): 3}


def onnx_file(
    file: Path, tensors: Mapping[str, np.ndarray], products: Mapping[str, str], in_bytes: bool = False
) -> Path:
    """Write tensors, and nodes (name -> tensor) that multiply by them; `in_bytes` rounds these to a byte a number."""
    graph = b""
    for name, tensor in tensors.items():
        if in_bytes and name in products.values():
            low, high = tensor.min(0), tensor.max(0)
            scale = ((high - low) / 255).astype(np.float32)
            zero = np.round(-128 - low / scale).clip(-128, 127).astype(np.int8)
            rounded = np.round(tensor / scale + zero).clip(-128, 127).astype(np.int8)
            graph += _tensor(f"{name}_scale", scale) + _tensor(f"{name}_zero_point", zero, one_by_one=True)
            graph += _tensor(f"{name}_quantized", rounded)
        else:
            graph += _tensor(name, tensor)
    for node, name in products.items():
        kind, ending = ("MatMulInteger", "_quantized") if in_bytes else ("MatMul", "")
        parts = [(1, b"x"), (1, f"{name}{ending}".encode()), (2, b"y")]
        parts += [(3, f"{node}{'_quant' if in_bytes else ''}".encode()), (4, kind.encode())]
        graph += _sized(1, b"".join(_sized(field, value) for field, value in parts))
    file.write_bytes(_number(1 << 3) + _number(8) + _sized(7, graph))
    return file


def _tensor(name: str, tensor: np.ndarray, one_by_one: bool = False) -> bytes:
    data = b"".join(_number(1 << 3) + _number(side) for side in tensor.shape)
    data += _number(2 << 3) + _number(TYPES[tensor.dtype])
    if one_by_one:
        data += _sized(5, b"".join(_number(int(value) & (1 << 64) - 1) for value in tensor))
    else:
        data += _sized(9, tensor.tobytes())
    return _sized(5, data + _sized(8, name.encode()))


def _sized(field: int, value: bytes) -> bytes:
    return _number(field << 3 | 2) + _number(len(value)) + value


def _number(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
