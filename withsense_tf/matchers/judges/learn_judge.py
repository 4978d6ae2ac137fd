"""Examples -> a judge: by whole photos, or by close looks at faces as well."""

from __future__ import annotations

from collections.abc import Sequence

from withsense_tf.encoders.base import PhotoEncoder
from withsense_tf.encoders.faces.close_looks import CloseLooks
from withsense_tf.encoders.vectors.store import VectorStore
from withsense_tf.matchers.judges.child_kernel import ChildKernel
from withsense_tf.matchers.judges.close_judge import CloseJudge
from withsense_tf.matchers.judges.judge_examples import JudgeExamples


def learn_judge(
    examples: JudgeExamples, encoders: Sequence[PhotoEncoder], store: VectorStore, looks: CloseLooks | None
) -> ChildKernel | CloseJudge:
    """Return a judge that learned from examples; it looks at faces where `looks` are given."""
    kernel = ChildKernel().fit(examples, [one.load() for one in encoders], store)
    return kernel if looks is None else CloseJudge(kernel, looks).fit(examples)


def eyes_of(encoders: Sequence[PhotoEncoder], looks: CloseLooks | None) -> list[str]:
    """Name all that a judge sees by, for its card."""
    return [one.identity for one in encoders] + ([] if looks is None else [looks.identity])
