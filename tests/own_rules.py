"""Small rule files for tests."""

from __future__ import annotations

from pathlib import Path

from withsense_tf.policy.texts.lexicon import Lexicon
from withsense_tf.policy.texts.rule_files import RuleFile


def rule(*patterns: str, name: str = "r", decision: str = "block") -> str:
    """Return a rule as a rule file has it."""
    texts = ", ".join(f'"{pattern}"' for pattern in patterns)
    return f'[[rule]]\nname = "{name}"\ndecision = "{decision}"\npatterns = [{texts}]\nreason = "r"\nyes = ["x"]\n'


def rule_file(*rules: str, words: str = "", name: str = "xx.toml") -> RuleFile:
    """Return a rule file for texts in Latin letters."""
    content = f'script = "latin"\n[words]\n{words}\n' + "".join(rules)
    return RuleFile(Path(name), content.encode())


def lexicon(*rules: str, words: str = "") -> Lexicon:
    """Return the words and rules of such a file."""
    return rule_file(*rules, words=words).lexicon()
