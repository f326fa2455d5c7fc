#!/usr/bin/env python3
"""A file's place says what it may know: includes only point down the rooms of the house.

The two lowest rooms above core are narrower still. A lane is compiled once per instruction set, so lanes are included by
lanes, formulas and `isa` folders only; a family of formulas is also named by the records that it belongs to (ops) and
traced (compile). What a formula is, formulas/formula.h, every room above may know.
"""

from _house import ROOMS, House, includes

FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}
USERS = {"lanes": {"lanes", "formulas"}, "formulas": {"formulas", "ops", "compile"}}
DOORS = {"formulas/formula.h"}
# Loops of one number at a time, compiled once for all instruction sets.
SCALAR = {"kernels/special.cpp"}

house = House(__doc__)
src = house.source / "src"
for path in house.sources("src"):
    house.check()
    relative = path.relative_to(src)
    room, in_isa = relative.parts[0], "isa" in relative.parts or relative.as_posix() in SCALAR
    if room not in FLOOR or len(relative.parts) < 2:
        house.find(f"src/{relative}", "no such room in the house")
        continue
    for number, _, name in includes(path):
        target = (path.parent / name).resolve()
        if not target.is_relative_to(src.resolve()) or not target.exists():
            target = (src / name).resolve()
        where = f"src/{relative}:{number}"
        if not target.exists():
            if name.split("/")[0] in FLOOR:
                house.find(where, f"{name} doesn't exist")
            continue
        to = target.relative_to(src.resolve()).parts
        if to[0] not in FLOOR:
            house.find(where, f"{name} is in no room of the house")
        elif to[0] != room and FLOOR[to[0]] >= FLOOR[room]:
            house.find(where, f"{room} must not know {to[0]}")
        elif to[0] in USERS and room not in USERS[to[0]] and not in_isa and "/".join(to) not in DOORS:
            house.find(where, f"{to[0]} is included from isa folders and from {', '.join(sorted(USERS[to[0]]))} only")
        if "isa" in to and not in_isa:
            house.find(where, f"{name} belongs to files of one instruction set")
house.close("arrows")
