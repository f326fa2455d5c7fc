#!/usr/bin/env python3
"""Files of one instruction set hold no weak symbols.

A linker keeps one copy of a weak symbol: an inline function compiled here for AVX-512 could replace the one that a
processor without AVX-512 runs. So everything in these files is static, in an unnamed namespace, or in the set's own
namespace and not inline.
"""

from _house import House, demangled, symbols

house = House(__doc__)
for source, path in house.objects("isa"):
    house.check()
    isa = str(path).split("talweg_isa_")[1].split(".dir")[0]
    for name, kind in symbols(path, "--defined-only"):
        if name.startswith("DW.ref."):
            continue  # a pointer to the personality routine, the same for every set
        if kind in "wWvVu":
            house.find(f"{source} ({isa})", f"weak symbol {demangled(name)}")
        elif kind in "TDBRSG" and isa not in demangled(name):
            house.find(f"{source} ({isa})", f"{demangled(name)} doesn't carry the name of its set")
house.close("files of one instruction set")
