#!/usr/bin/env python3
"""docs/operations.md is what the records say: `./dev docs` writes it, and this says when it is stale.

With --write FILE the page is written instead of compared.
"""

import json
import pathlib
import subprocess
import sys


def page(records):
    families = {}
    for line in subprocess.run([records], capture_output=True, text=True, check=True).stdout.splitlines():
        record = json.loads(line)
        families.setdefault(record["family"], []).append(record)
    out = ["# Operations", "", "Written by `./dev docs` from the records. `_` says that there is a form in place, `d` that the",
           "operation has a derivative. Signatures are PyTorch's; C++ leaves out what it has no choice in.", ""]
    for family in sorted(families):
        out += [f"## {family}", "", "| signature | | what it computes |", "|---|---|---|"]
        for r in sorted(families[family], key=lambda r: r["signature"]):
            marks = ("_" if r["in_place"] else "") + (" d" if r["differentiable"] else "")
            doc = r["doc"].replace("|", "\\|")
            out.append(f"| `{r['signature']}` | {marks.strip()} | {doc} |".replace("|  |", "| |"))
        out.append("")
    return "\n".join(out)


if "--write" in sys.argv:
    records, target = sys.argv[1], pathlib.Path(sys.argv[3])
    target.write_text(page(records))
else:
    from _house import House

    house = House(__doc__)
    house.check()
    target = house.source / "docs" / "operations.md"
    if not target.exists() or target.read_text() != page(str(house.arguments.records)):
        house.find("docs/operations.md", "isn't what the records say: run ./dev docs")
    house.close("the page of operations")
