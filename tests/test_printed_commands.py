"""A command that a person is told to run does its work as it is printed, also where folders have blanks."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from withsense_tf.printed_commands import command_line, index_command, option_words

PACKAGE = Path(__file__).parents[1] / "withsense_tf"
# What stands before a value in a command; of the law's own texts another version of the law would come.
IN_A_COMMAND = re.compile(
    r"(--(index|keys|data|overrides|matcher)|\bwithsense [a-z -]+|\bindex (build|update|judge|readmit)) $"
)


def test_a_shell_reads_each_word_and_value_as_one() -> None:
    command = command_line("data", "check", "it's here", options={"--seed": 3})
    script = f'withsense() {{ printf "%s|" "$@"; }}; {command}; {index_command("$HOME", "status")}'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "data|check|it's here|--seed|3|index|status|--index|$HOME|"
    assert option_words({}) == ""


def test_no_message_writes_a_value_into_a_command_by_itself() -> None:
    files = [file for file in PACKAGE.rglob("*.py") if PACKAGE / "policy" not in file.parents]
    texts = [
        (file.name, str(before.value))
        for file in files
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for before, value in zip(text.values, text.values[1:], strict=False)
        if isinstance(before, ast.Constant) and isinstance(value, ast.FormattedValue)
    ]
    assert len(texts) > 1000
    assert [one for one in texts if IN_A_COMMAND.search(one[1])] == []


def test_no_text_sends_to_an_index_that_has_not_this_package() -> None:
    root = PACKAGE.parent
    places = [root / "README.md", root / "README.ru.md", root / "CHANGELOG.md", *root.glob("docs/**/*.md")]
    texts = [*places, *(one for one in PACKAGE.rglob("*.py") if PACKAGE / "policy" not in one.parents)]
    lines = [line for text in texts for line in text.read_text(encoding="utf-8").splitlines()]
    wrong = [one for one in lines if re.search(r"\bwithsense_tf\\?\[\w", one) and "--find-links" not in one]
    assert wrong == []
