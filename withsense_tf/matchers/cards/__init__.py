"""Cards of what was trained, as Hugging Face lays them out: a head for programs, a text for people."""
