"""What of an answer is never stored, captured or mapped: it is taken out where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree

from ..codec import Xml
from ..contract import Codec, Document
from ..faults import Findings
from ..select.holders import compile_holders
from ..select.path import Element

Drop = Callable[[Document], None]
"""Takes something out of a document; what is not there need not be."""


def compile_drops(paths: Sequence[str], codec: Codec) -> tuple[Drop, ...]:
    """Compile paths that end with a name; XPath of XML. Raises `ConfigError` for what is none."""
    findings = Findings()
    drops: list[Drop] = []
    for index, path in enumerate(paths):
        try:
            if isinstance(codec, Xml):
                drops.append(_of_xml(path, codec))
            else:
                drops.append(_of_objects(path, codec))
        except ValueError as error:
            findings.add(str(error), index)
    findings.close()
    return tuple(drops)


def _of_objects(path: str, codec: Codec) -> Drop:
    holders, name = compile_holders(path, codec)

    def drop(document: Document) -> None:
        for holder in holders(document):
            holder.pop(name, None)

    return drop


def _of_xml(path: str, codec: Xml) -> Drop:
    codec.selector(path)  # says what is wrong with it
    # Its texts know where they stand, as those that are selected elsewhere do not.
    xpath = etree.XPath(path, namespaces=dict(codec.namespaces) or None, regexp=False)
    if not isinstance(xpath(etree.Element("any")), list):
        raise ValueError(f"{path!r} leads to no nodes, so nothing could be taken out")  # noqa: TRY004 (one error for all that a path lacks)

    def drop(document: Document) -> None:
        try:
            found = xpath(document) if isinstance(document, Element) else []
        except etree.XPathError as error:
            # What can not be looked for can not be left out, either.
            raise ValueError("what is to be dropped can not be looked for") from error
        for node in found if isinstance(found, list) else ():
            _remove(node)

    return drop


def _remove(node: object) -> None:
    if isinstance(node, Element):
        _remove_element(node)
        return
    parent: Element | None = getattr(node, "getparent", lambda: None)()
    if parent is None:
        return
    if getattr(node, "is_attribute", False):
        parent.attrib.pop(getattr(node, "attrname", ""), "")
    elif getattr(node, "is_tail", False):
        parent.tail = None
    else:
        parent.text = None


def _remove_element(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        # A document has a root; one without anything in it is all that can be left.
        element.clear()
        return
    # What follows an element hangs on it, and is not what was named.
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)
