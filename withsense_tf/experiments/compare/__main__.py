"""Which matcher is best? `python -m withsense_tf.experiments.compare`."""

from withsense_tf.common import terminal
from withsense_tf.experiments.compare.command_line import app

if __name__ == "__main__":
    terminal.run(app)
