from __future__ import annotations

from withsense_tf.policy.texts.matching.chunk_memory import LONGEST_CHUNK, MOST_CHUNKS, ChunkMemory


def test_a_chunk_is_looked_at_once() -> None:
    looks: list[str] = []
    memory = ChunkMemory(lambda chunk: looks.append(chunk) or len(chunk))
    assert [memory["dog"], memory["dog"], looks] == [3, 3, ["dog"]]


def test_it_never_grows_beyond_its_bound() -> None:
    memory = ChunkMemory(len)
    sizes = {len(memory) for number in range(MOST_CHUNKS + 10) if memory[str(number)]}
    assert max(sizes) <= MOST_CHUNKS
    assert memory[str(MOST_CHUNKS + 5)] == len(str(MOST_CHUNKS + 5))


def test_long_chunks_are_not_kept() -> None:
    memory = ChunkMemory(len)
    assert memory["a" * (LONGEST_CHUNK + 1)] == LONGEST_CHUNK + 1
    assert not memory
