"""Which matcher is best? `python -m withsense_tf.experiments.compare`."""

from withsense_tf.common import terminal
from withsense_tf.experiments.compare.run_command import main

if __name__ == "__main__":
    terminal.run_main(main)
