"""What several rooms use: saved objects, words, processes, limits, the terminal and the machine."""
