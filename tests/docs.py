#!/usr/bin/env python3
"""docs.py FILE.md --cxx COMPILER --source ROOT --library LIBTALWEG: a document's code runs and prints what it says.

Every block marked ```cpp is a program. One without main() stands inside main(), after `#include <talweg/talweg.h>`, with
`tw` for the namespace and <iostream> at hand. A block marked ```text right after it is its output. A block marked
```cpp fragment isn't run: a signature, an excerpt.
"""

import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$(\n*)", re.M | re.S)


def program(code):
    if re.search(r"\bint main\(", code):
        return code
    return f"#include <talweg/talweg.h>\n#include <iostream>\nint main() {{\n{code}}}\n"


parser = argparse.ArgumentParser()
parser.add_argument("document", type=pathlib.Path)
parser.add_argument("--cxx", required=True)
parser.add_argument("--source", type=pathlib.Path, required=True)
parser.add_argument("--library", required=True)
arguments = parser.parse_args()

text = arguments.document.read_text()
blocks = list(BLOCK.finditer(text))
ran = failed = 0
with tempfile.TemporaryDirectory() as folder:
    source, binary = pathlib.Path(folder, "block.cpp"), pathlib.Path(folder, "block")
    for block, following in zip(blocks, blocks[1:] + [None]):
        if block[1].strip() != "cpp":
            continue
        where = f"{arguments.document.name}:{text.count(chr(10), 0, block.start()) + 1}"
        ran += 1
        source.write_text(program(block[2]))
        flags = ["-std=c++20", "-O1", f"-I{arguments.source}/include"]
        rpath = f"-Wl,-rpath,{pathlib.Path(arguments.library).parent}"
        commands = [[arguments.cxx, *flags, source, arguments.library, rpath, "-pthread", "-o", binary], [binary]]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
            if done.returncode:
                print(f"{where}: {pathlib.Path(command[0]).name} failed\n{done.stdout}{done.stderr}")
                failed += 1
                break
        else:
            if following and following[1].strip() == "text" and following.start() == block.end():
                said, printed = (t.rstrip().splitlines() for t in (following[2], done.stdout))
                if said != printed:
                    print("\n".join(difflib.unified_diff(said, printed, f"{where} says", "it prints", lineterm="")))
                    failed += 1
print(f"{arguments.document.name}: {ran} blocks ran, {failed} failed")
sys.exit(1 if failed else 0)
