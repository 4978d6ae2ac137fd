"""What is in a folder? `python -m withsense_tf.experiments.explore`."""

from withsense_tf.common import terminal
from withsense_tf.experiments.explore.explore import main

if __name__ == "__main__":
    terminal.run_main(main)
