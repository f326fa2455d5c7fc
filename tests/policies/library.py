#!/usr/bin/env python3
"""The library is small and keeps to its namespace: a static library under 8 MB, no strong symbol outside talweg."""

import re
from _house import House, demangled, symbols

MAX_BYTES = 8_000_000  # 6_000_000 is wanted: names and relocations are more than half of it
# Functions of namespace talweg, and what the compiler derives from them: typeinfo, vtables, guards, thunks.
OURS = re.compile(r"_Z(T[A-Z]|T[hv]n?\d+_(n?\d+_)?|G[VR])?N[VKRO]*6talweg")

house = House(__doc__)
library = house.arguments.library
shared = library.suffix != ".a"
if not shared:
    house.check()
    size = library.stat().st_size
    print(f"{library.name}: {size} bytes")
    if size > MAX_BYTES:
        house.find(library.name, f"{size} bytes, more than {MAX_BYTES}")
for name, kind in symbols(library, "--defined-only", *(["-D"] if shared else ["-g"])):
    house.check()
    if kind in "TDBRSGC" and not OURS.match(name):
        house.find(library.name, f"{demangled(name)} isn't in namespace talweg")
house.close("symbols of the library")
