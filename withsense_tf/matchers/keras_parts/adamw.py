"""Adam with weight decay, for training loops of our own: a step is one pass over each variable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

BETAS: Final = (0.9, 0.999)
EPSILON: Final = 1e-7


class AdamW:
    """Do what `keras.optimizers.AdamW` does, with the same numbers, several times faster on a CPU.

    Keras puts a step together from a dozen operations, each of which reads and writes all weights; where batches are
    small, that takes longer than the gradients. TensorFlow has one operation for it.
    """

    def __init__(self, variables: Sequence[Any], rate: float, decay: float) -> None:
        import keras
        import tensorflow as tf

        self.rate, self.decay = rate, decay
        self.variables = [one.value if isinstance(one, keras.Variable) else one for one in variables]
        self.moments = [
            (tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in self.variables
        ]
        self.powers = [tf.Variable(beta) for beta in BETAS]

    @property
    def state(self) -> list[Any]:
        """Return the variables that, beside the weights, say where it stands."""
        return [*(moment for both in self.moments for moment in both), *self.powers]

    def apply(self, gradients: Sequence[Any]) -> None:
        """Move each variable by its gradient; to be called inside or outside a `tf.function`."""
        import tensorflow as tf

        first, second = (power.read_value() for power in self.powers)
        for variable, (mean, square), gradient in zip(self.variables, self.moments, gradients, strict=True):
            variable.assign(variable * (1 - self.rate * self.decay))
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=first,
                beta2_power=second,
                lr=self.rate,
                beta1=BETAS[0],
                beta2=BETAS[1],
                epsilon=EPSILON,
                grad=tf.convert_to_tensor(gradient),
            )
        for power, beta in zip(self.powers, BETAS, strict=True):
            power.assign(power * beta)
