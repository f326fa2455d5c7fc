#!/usr/bin/env python3
"""The library doesn't print, doesn't end the process, and runs nothing before main().

A library that prints spoils its user's output, one that aborts takes the decision from its caller, and a constructor at
start is paid by every program and runs in an order that nobody chose. Read from the objects: the symbols that they ask
for and the sections that they bring.
"""

import re
from _house import House, demangled, run, symbols

PRINTS = {"stdout", "stderr", "printf", "vprintf", "__printf_chk", "__vprintf_chk", "puts", "putchar", "perror"}
PRINTS |= {f"_ZSt{len(s)}{s}" for s in ("cout", "cerr", "clog", "wcout", "wcerr", "wclog")}
ENDS = {"abort", "exit", "_exit", "_Exit", "quick_exit", "__assert_fail", "_ZSt9terminatev"}
# The default handler of warnings writes to stderr, and is the only one that does.
MAY_PRINT = {"src/core/warnings.cpp"}
AT_START = re.compile(r"\.(pre)?init_array|\.ctors")

house = House(__doc__)
for source, path in house.objects("all"):
    house.check()
    # clang's frame for noexcept functions calls std::terminate: that is the language, not the library.
    theirs = {name for name, _ in symbols(path)}
    ends = ENDS - {"_ZSt9terminatev"} if "__clang_call_terminate" in theirs else ENDS
    for name, kind in symbols(path, "--undefined-only"):
        if name in PRINTS and source not in MAY_PRINT:
            house.find(source, f"refers to {demangled(name)}: the library prints nothing")
        if name in ends:
            house.find(source, f"refers to {demangled(name)}: errors are thrown")
    for line in run("readelf", "-SW", path).splitlines():
        if AT_START.search(line):
            starts = [demangled(n) for n in theirs if "_GLOBAL__sub_I" in n]
            house.find(source, f"constructs something before main() {starts or line.split()[1:3]}")
            break
house.close("quiet objects")
