"""A matplotlib figure as an inline SVG: real text, page colours, a title and a description.

Colours become the page's custom properties, so that charts follow light, dark and print.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from econ_theory.plotting.canvas import FAINT, INK, STYLES
from llm_bridge.report.wording import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GREY", "PAPER", "chart_style", "inline_svg"]

LINK = "{http://www.w3.org/1999/xlink}href"
GREY = "#8b9099"
PAPER = "#ffffff"

_PROPERTIES = {
    INK: "var(--ink)",
    FAINT: "var(--rule)",
    GREY: "var(--quiet)",
    PAPER: "var(--paper)",
    "#000000": "var(--ink)",
    **{style.colour: f"var(--curve-{k})" for k, style in enumerate(STYLES) if style.colour != GREY},
}
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_FONT = re.compile(r"(font-family:)[^;]*|(font: (?:[\w.]+ )*?[\d.]+px) [^;]*")


def chart_style(name: str) -> AbstractContextManager[None]:
    """Return the settings that figures are drawn under; `name` makes their ids their own."""
    import matplotlib

    return matplotlib.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": name,
            "font.size": 11.0,
            "axes.labelsize": 10.0,
            # Names may hold dollar signs.
            "text.parse_math": False,
            "axes.edgecolor": INK,
            "axes.facecolor": "none",
            "text.color": INK,
            "lines.solid_capstyle": "round",
        }
    )


def inline_svg(figure: Figure, *, name: str, title: str, description: str) -> str:
    """Return `figure` as an `<svg>` element for an HTML page; the same bytes for the same figure.

    `name` is the prefix of every id inside. `title` and `description` are what a screen reader
    says.
    """
    buffer = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():
        # The text is real: what this font lacks, the reader's browser finds in another.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    root = ElementTree.fromstring(visible(buffer.getvalue()))
    for element in root.iter():
        _rewrite(element, name)
    _drop(root, {"metadata", "style"})
    kept = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "viewBox": kept,
            "class": "chart",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-desc",
        }
    )
    for at, (tag, text) in enumerate((("title", title), ("desc", description))):
        label = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        label.text = visible(text)
        root.insert(at, label)
    return ElementTree.tostring(root, encoding="unicode")


def _drop(root: ElementTree.Element, tags: set[str]) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in tags:
                parent.remove(child)


def _rewrite(element: ElementTree.Element, name: str) -> None:
    # HTML knows `svg` without namespaces, and no prefixed attribute.
    element.tag = element.tag.rpartition("}")[2]
    for key, value in list(element.attrib.items()):
        if key == "id":
            value = f"{name}-{value}"
        elif key == LINK:
            del element.attrib[key]
            key, value = "href", f"#{name}-{value[1:]}"
        else:
            value = value.replace("url(#", f"url(#{name}-")
            if key == "style":
                value = _FONT.sub(_inherit, value)
                value = _COLOUR.sub(lambda found: _PROPERTIES.get(found[0], found[0]), value)
        element.set(key, value)


def _inherit(found: re.Match[str]) -> str:
    return "font-family: inherit" if found[1] else f"{found[2]} var(--sans)"
