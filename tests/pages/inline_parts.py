"""A page as a browser takes it apart, and whether its policy allows what is in it and no more."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

RUNS_NOT = "application/json"
FETCHING = {"link", "iframe", "object", "embed", "base", "frame", "audio", "video"}
UNSAFE = re.compile(
    r"\beval\(|new Function|(inner|outer)HTML|insertAdjacentHTML|document\.write|"
    r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\("
)
ADDRESSES = ("src", "href", "action", "formaction", "srcset", "poster", "background", "data")


@dataclass
class Element:
    """A start tag and, of styles and scripts, what stands inside."""

    tag: str
    attributes: dict[str, str]
    inside: str = ""


@dataclass
class PageParts(HTMLParser):
    """Elements and texts in order."""

    text: str
    elements: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._raw = False
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        self._raw = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._raw = False

    def handle_data(self, data: str) -> None:
        if self._raw:
            self.elements[-1].inside += data
        else:
            self.texts.append(data)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    @property
    def structure(self) -> list[tuple[str, tuple[str, ...]]]:
        """Which elements there are, each with the names of its attributes."""
        return [(element.tag, tuple(element.attributes)) for element in self.elements]

    @property
    def data(self) -> list[str]:
        """What scripts read."""
        found = self.all("script")
        return [e.inside for e in found if e.attributes.get("type") == RUNS_NOT]


def faults_of(text: str) -> list[str]:
    """List everything in a page that would run, load or look otherwise than its policy says."""
    parts = PageParts(text)
    return [
        *(fault for element in parts.elements for fault in _element_faults(element)),
        *_policy_faults(parts),
    ]


def _element_faults(element: Element) -> Iterator[str]:
    if element.tag in FETCHING:
        yield f"<{element.tag}> fetches"
    for name, value in element.attributes.items():
        if name.startswith("on"):
            yield f"<{element.tag}> has the inline handler {name}"
        if name == "style":
            yield f"<{element.tag}> has an inline style"
        if name in ADDRESSES and not value.startswith("data:image/"):
            yield f"<{element.tag}> leads to {value}"
    unsafe = UNSAFE.search(element.inside) if element.tag == "script" and _runs(element) else None
    if unsafe:
        yield f"a script uses {unsafe[0]}"


def _policy_faults(parts: PageParts) -> Iterator[str]:
    policies = [e for e in parts.all("meta") if "http-equiv" in e.attributes]
    if len(policies) != 1:
        yield f"{len(policies)} policies"
        return
    inline = [e for e in parts.elements if e.tag in ("style", "script")]
    if parts.elements.index(policies[0]) > parts.elements.index(inline[0]):
        yield "the policy comes too late"
    rules = rules_of(policies[0].attributes["content"])
    if rules.pop("default-src", ()) != ("'none'",):
        yield "not everything is forbidden at first"
    for kind in ("style", "script"):
        found = {hash_of(e.inside) for e in inline if e.tag == kind and _runs(e)}
        if set(rules.pop(f"{kind}-src", ())) != found:
            yield f"the policy does not allow exactly the page's own {kind}"
    strict = {"img-src": ("data:",), "base-uri": ("'none'",), "form-action": ("'none'",)}
    if rules != strict:
        yield f"the policy says {rules}"


def _runs(element: Element) -> bool:
    return element.attributes.get("type") != RUNS_NOT


def rules_of(policy: str) -> dict[str, tuple[str, ...]]:
    """Return what a policy says, by its directives."""
    rules = (rule.split() for rule in policy.split(";"))
    return {name: tuple(sources) for name, *sources in rules}


def hash_of(text: str) -> str:
    """Return what a policy calls an inline text by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
