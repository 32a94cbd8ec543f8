"""A JUnit report: every training step is a test case, every finding a failure, every file that can't be done an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from codemods.reports.text import headline, numbered, place

if TYPE_CHECKING:
    from codemods.findings import Finding, Problem
    from codemods.run import Summary

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold at all."""


def render(summary: Summary, *, fixed: bool) -> str:
    """One suite for each file with a training step or a problem. ``fixed``: what was rewritten passes."""
    root = ElementTree.Element("testsuites", name="gradorder")
    suites: dict[str, ElementTree.Element] = {}
    for finding in summary.findings:
        _case(_suite(root, suites, finding.path), finding, fixed=fixed)
    for problem in summary.problems:
        _error(_suite(root, suites, problem.path), problem)
    for one in (root, *root):
        cases = list(one.iter("testcase"))
        one.set("tests", str(len(cases)))
        one.set("failures", str(sum(case.find("failure") is not None for case in cases)))
        one.set("errors", str(sum(case.find("error") is not None for case in cases)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(
    root: ElementTree.Element, suites: dict[str, ElementTree.Element], path: str
) -> ElementTree.Element:
    if path not in suites:
        suites[path] = ElementTree.SubElement(root, "testsuite", name=_plain(path))
    return suites[path]


def _case(suite: ElementTree.Element, one: Finding, *, fixed: bool) -> None:
    name = f"{place(one)} {one.verdict.value}"
    case = ElementTree.SubElement(
        suite, "testcase", name=_plain(name), classname=_plain(one.function), line=str(one.line)
    )
    text = _plain(headline(one, fixed=fixed))
    if one.code and not (fixed and one.applied):
        failure = ElementTree.SubElement(case, "failure", message=text, type=one.code)
        failure.text = _plain("\n".join([text, *(f"{numbered(stop)}  {stop.text}" for stop in one.witness)]))
    else:
        ElementTree.SubElement(case, "system-out").text = text


def _error(suite: ElementTree.Element, one: Problem) -> None:
    case = ElementTree.SubElement(suite, "testcase", name=_plain(one.place), classname="gradorder")
    ElementTree.SubElement(case, "error", message=_plain(one.message), type="error")


def _plain(text: str) -> str:
    return NO_XML.sub("\ufffd", text)
