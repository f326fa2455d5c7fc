#!/usr/bin/env python3
"""Public headers are cheap: they include little, each compiles alone, and the umbrella stays small.

A user pays for every include in every file: <memory>, <functional>, <atomic>, <iostream>, <chrono> or <random> cost 0.2 to
0.4 s each, and what follows is counted instead of timed, so that the answer is the same on every machine.
"""

import subprocess

from _house import House, includes, run

ALLOWED = set(
    """array bit compare concepts cstddef cstdint cstring exception initializer_list iosfwd limits new optional span
    string string_view sys/single_threaded.h tuple type_traits utility variant vector version""".split()
)
UMBRELLA = "talweg.h"
MAX_LINES = 45_000  # the allowed headers together are 29,500 of them
MAX_BYTES = 1_600_000  # and 1,020,000 of these

house = House(__doc__)
root = house.source / "include"
headers = house.sources("include/talweg")
for header in headers:
    house.check()
    for number, kind, name in includes(header):
        where = f"{header.relative_to(house.source)}:{number}"
        if name.startswith("talweg/"):
            if not (root / name).exists():
                house.find(where, f"{name} doesn't exist")
        elif kind == '"':
            house.find(where, f'"{name}": a public header names others as "talweg/..."')
        elif name not in ALLOWED:
            house.find(where, f"<{name}> isn't among the cheap headers that public headers may include")

flags = ["-std=c++20", f"-I{root}"]
for header in headers:
    alone = subprocess.run(
        [house.arguments.cxx, *flags, "-fsyntax-only", "-w", "-x", "c++", header], capture_output=True, text=True
    )
    if alone.returncode:
        house.find(header.relative_to(house.source), f"doesn't compile alone\n{alone.stderr}")

umbrella = root / "talweg" / UMBRELLA
if umbrella.exists():
    text = run(house.arguments.cxx, *flags, "-E", "-P", umbrella)
    lines = text.count("\n")
    print(f"{UMBRELLA}: {lines} lines, {len(text)} bytes when preprocessed")
    if lines > MAX_LINES or len(text) > MAX_BYTES:
        house.find(UMBRELLA, f"more than {MAX_LINES} lines or {MAX_BYTES} bytes")
house.close("public headers")
