"""How often it is right about whether a prompt asks for text in the picture.

    python benchmarks/prompt_text.py
    python benchmarks/prompt_text.py --list tests/artifacts/prompts/held_out.jsonl --mistakes

A list is a file of JSON lines: ``prompt``, ``negative``, ``style``, ``asks``, and ``words``, those
to be written, none where any text will do. ``held_out``, ``second``, ``third`` and ``fourth`` were
each written by somebody who had not seen the rules, and looked at once; what was misunderstood was
mended after each but the last, which is the list of record. ``development`` is what the rules were
made on, ``wordings`` a search for odd ways of asking.
Precision is the share of prompts said to ask that do: where it is missed, text nobody asked for
passes. Recall is the share of prompts that ask and are said to: where it is missed, wanted text is
flagged, mostly with the remark that it may be wanted. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seedloupe.artifacts.asked_text import TextRequest, find_request
from seedloupe.chance import wilson_bounds

PROMPTS = Path(__file__).parents[1] / "tests" / "artifacts" / "prompts"


def read_list(path: Path) -> list[dict[str, Any]]:
    """Return the prompts of a list."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def answer(row: Mapping[str, Any]) -> TextRequest:
    """Return what the rules say of a prompt."""
    return find_request(row["prompt"], row.get("negative") or "")


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count what was said rightly and wrongly, and what was spelled as the list spells it."""
    said = [answer(row) for row in rows]
    asks = [bool(row["asks"]) for row in rows]
    pairs = list(zip(said, asks, strict=True))
    right = sum(request.asks and ask for request, ask in pairs)
    spelled = [
        all(request.excuses(words) for words in row["words"])
        for request, row in zip(said, rows, strict=True)
        if row.get("words") and row["asks"] and request.asks
    ]
    return {
        "prompts": len(rows),
        "asking": sum(asks),
        "said to ask": sum(request.asks for request in said),
        "rightly": right,
        "missed, in doubt": sum(
            ask and not request.asks and bool(request.doubt) for request, ask in pairs
        ),
        "spelled": len(spelled),
        "excused as spelled": sum(spelled),
    }


def lines(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Return a row of the table."""
    right = found["rightly"]
    shares = (_share(right, found["said to ask"]), _share(right, found["asking"]))
    yield f"| {name} | {found['prompts']} | {found['asking']} | {shares[0]} | {shares[1]} |"


def _share(part: int, whole: int) -> str:
    if not whole:
        return "-"
    low, high = wilson_bounds(part, whole)
    return f"{part / whole:.3f} ({part}/{whole}, {float(low):.2f} to {float(high):.2f})"


def mistakes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Name the prompts that are misunderstood."""
    for row in rows:
        request = answer(row)
        if request.asks != row["asks"]:
            kind = "missed" if row["asks"] else "wrongly"
            said = request.asked_by or request.doubt
            yield f"{kind} [{row['style']}] {row['prompt']!r} - {row.get('negative')!r}: {said}"


def main() -> int:
    """Measure a list and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--list", type=Path, default=PROMPTS / "fourth.jsonl")
    parser.add_argument("--mistakes", action="store_true", help="name them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures")
    args = parser.parse_args()
    rows = read_list(args.list)
    styles = list(dict.fromkeys(row["style"] for row in rows))
    found = {style: figures([row for row in rows if row["style"] == style]) for style in styles}
    found["all"] = figures(rows)
    table = ["| style | prompts | asking | precision | recall |", "|---|---|---|---|---|"]
    table += [line for name in found for line in lines(name, found[name])]
    every = found["all"]
    table.append(f"Missed with the remark that it may be wanted: {every['missed, in doubt']}.")
    table.append(f"Spelled words excused: {every['excused as spelled']} of {every['spelled']}.")
    sys.stdout.write("\n".join((*table, *(mistakes(rows) if args.mistakes else ()))) + "\n")
    if args.json is not None:
        args.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
