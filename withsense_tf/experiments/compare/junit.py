"""A comparison as a JUnit file, which every CI shows: a case a row, and a case a rule that a base sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from withsense_tf.common.atomic_files import whole_file
from withsense_tf.evaluation.regression_gate import MEASURES, Check, Row, number_of
from withsense_tf.evaluation.result_table import Comparison
from withsense_tf.evaluation.row_status import is_broken, status_of, was_run

# XML 1.0 has no way to write these.
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(file: Path, comparison: Comparison, checks: Sequence[Check] = ()) -> None:
    """Write the file: a row that was not run is skipped, a matcher that broke is an error, a broken rule a failure."""
    root = ElementTree.Element("testsuites")
    suites = [("compare", [_row_case(row) for row in comparison])]
    if checks:
        suites.append(("compare --against", [_check_case(check) for check in checks]))
    for name, cases in suites:
        suite = ElementTree.SubElement(root, "testsuite", name=name, tests=str(len(cases)))
        for kind, attribute in (("error", "errors"), ("failure", "failures"), ("skipped", "skipped")):
            suite.set(attribute, str(sum(case.find(kind) is not None for case in cases)))
        suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
        suite.extend(cases)
    with whole_file(file) as draft:
        ElementTree.ElementTree(root).write(draft, encoding="utf-8", xml_declaration=True)


def _row_case(row: Row) -> ElementTree.Element:
    seconds = number_of(row.get("seconds"))
    case = _case(str(row.get("split") or ""), str(row.get("matcher")), 0.0 if seconds != seconds else seconds)
    if not was_run(row):
        kind = "error" if is_broken(row) else "skipped"
        # Some show the message alone, and others the text.
        ElementTree.SubElement(case, kind, message=_clean(status_of(row))).text = _clean(status_of(row))
        return case
    properties = ElementTree.SubElement(case, "properties")
    for measure in MEASURES:
        if (value := number_of(row.get(measure))) == value:
            ElementTree.SubElement(properties, "property", name=measure, value=repr(value))
    return case


def _check_case(check: Check) -> ElementTree.Element:
    case = _case(check.split, f"{check.matcher}: {check.rule or 'has figures'}", 0.0)
    if check.is_new:
        ElementTree.SubElement(case, "skipped", message="new, held against nothing")
    if check.breach:
        ElementTree.SubElement(case, "failure", message=_clean(check.breach)).text = _clean(check.breach)
    return case


def _case(split: str, name: str, seconds: float) -> ElementTree.Element:
    place = f"compare.{split}" if split else "compare"
    return ElementTree.Element("testcase", classname=_clean(place), name=_clean(name), time=f"{seconds:.3f}")


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("?", text)
