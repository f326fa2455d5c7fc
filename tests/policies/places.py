#!/usr/bin/env python3
"""The places of an operation agree: its record, its declaration with the doc comment, its method, its form in place.

The record's signature is PyTorch's; C++ may leave parameters out that have a default, and says dtype and requires_grad as
TensorOptions. What both name stands in one order, of one kind, with one default. A function whose first parameter is `self` is
a method too, with the same parameters after it; a parameter `input` says that PyTorch has the function alone. A record that
is called by name alone says why (`.undeclared`); words of Python (`__radd__`) are operators in C++.
"""

import collections
import json
import re

from _house import House, run

# What chooses among one thing here, or is another word for `reduction`: C++ doesn't have them.
PYTHON_ONLY = set("device layout memory_format pin_memory non_blocking size_average reduce _stacklevel".split())
KINDS = {
    "const Tensor&": "tensor", "Scalar": "scalar", "std::optional<Scalar>": "scalar", "int64_t": "integer",
    "std::optional<int64_t>": "integer", "double": "floating", "bool": "boolean", "std::optional<bool>": "boolean",
    "std::string_view": "text", "Dtype": "dtype", "std::optional<Dtype>": "dtype", "IntList": "int_list",
    "const std::vector<Tensor>&": "tensors", "const std::vector<std::vector<int64_t>>&": "indices", "std::span<const Index>": "indices",
    "std::initializer_list<Index>": "indices", "std::optional<Generator>": "generator",
    "const TensorOptions&": "options",
}
CAN_BE_NOTHING = ("const Tensor&", "std::optional", "IntList", "std::string_view", "std::initializer_list")

Param = collections.namedtuple("Param", "name type kind default")
Function = collections.namedtuple("Function", "name params documented where")


def split(text):
    """The parts between commas that stand in no bracket."""
    parts, depth, part, quote = [], 0, "", ""
    for c in text:
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in "<([{":
            depth += 1
        elif c in ">)]}":
            depth -= 1
        elif c == "," and not depth:
            parts.append(part.strip())
            part = ""
            continue
        part += c
    return parts + [part.strip()] if part.strip() else parts


def value(text):
    """One word for one default, in both languages."""
    if text is None:
        return None
    text = text.strip()
    words = {"{}": "None", "[]": "None", '""': "None", "''": "None", "true": "True", "false": "False",
             "INT64_MAX": "9223372036854775807"}
    text = words.get(text, text)
    if list_of := re.fullmatch(r"[\[{](.+)[\]}]", text):
        parts = split(list_of.group(1))
        return value(parts[0]) if len(parts) == 1 else str([value(part) for part in parts])
    if ratio := re.fullmatch(r"([\d.]+) / ([\d.]+)", text):
        return float(ratio.group(1)) / float(ratio.group(2))
    try:
        return float(text)
    except ValueError:
        return text.replace('"', "'")


def cpp_params(text):
    for part in split(" ".join(text.split())):
        declared, equals, default = part.partition("=")
        match = re.fullmatch(r"(.*[\s&>])(\w+)", declared.strip())
        if match:
            kind = match.group(1).strip()
            yield Param(match.group(2), kind, KINDS.get(kind, kind), value(default) if equals else None)


def functions(path, text, doc_required=True):
    """The functions declared in a text, class bodies left out."""
    lines = text.splitlines()
    module = ""
    documented = False
    statement, start = "", 0
    depth = 0
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if match := re.fullmatch(r"namespace talweg(?:::(\w+))? \{", bare):
            module = match.group(1) + ("_" if match.group(1) == "linalg" else ".") if match.group(1) else ""
        if bare.startswith("///"):
            documented = True
        elif not bare and not statement.strip():
            documented = False
        if bare.startswith(("//", "#")):
            continue
        bare = re.sub(r"\s//.*", "", bare)
        for c in bare + " ":
            if c == "{" and not (statement.count("(") > statement.count(")") or statement.rstrip().endswith("=")):
                depth += 1
            in_default = c == "}" and statement.count("{") > statement.count("}")
            if depth <= 1 or c in "{}":
                if c == "{" and depth == 1 and "namespace" in statement:
                    statement = ""
                    continue
            if c == "}" and not in_default:
                depth -= 1
                if depth <= 1:
                    statement = ""
                continue
            if depth > 1:
                continue
            if not statement.strip():
                start = number
            statement += c
            if c == ";":
                match = re.match(r"\s*(?:TALWEG_EXPORT\s+)?(?:[\w:<>,&\s]*?[\w>&])\s+[&]?(\w+)\((.*)\)\s*;", statement, re.S)
                if match and not re.search(r"\btemplate\b", statement) and "delete" not in statement and "operator" not in statement:
                    yield Function(module + match.group(1), list(cpp_params(match.group(2))), documented, f"{path}:{start}")
                statement = ""


def methods(text):
    """The methods in the body of class Tensor."""
    body = text[text.index("class Tensor {"):]
    body = re.sub(r"//[^\n]*", "", body)
    for match in re.finditer(r"[\w>&]\s+(\w+)\(((?:[^()]|\([^()]*\))*)\)\s*const\b", body):
        yield Function(match.group(1), list(cpp_params(match.group(2))), True, "include/talweg/tensor.h")


def record_params(record):
    inside = record["signature"].partition("(")[2].rpartition(")")[0]
    kinds = iter(record["kinds"])
    for part in split(inside):
        if part != "*":
            name, equals, default = part.lstrip("*").partition("=")
            yield Param(name, None, next(kinds), value(default) if equals else None)


def same_kind(declared, recorded, record):
    if declared.kind == recorded.kind or {declared.kind, recorded.kind} == {"scalar", "floating"}:
        return True
    return record["numbers_as_tensors"] and (declared.kind, recorded.kind) == ("scalar", "tensor")


def difference(function, record):
    """What keeps a declaration from being the record's, or nothing."""
    recorded = list(record_params(record))
    names = [p.name for p in recorded]
    at = -1
    said = set()
    for p in function.params:
        if p.kind == "options":
            said |= {"dtype", "requires_grad"}
            continue
        if p.name not in names:
            return f"the record has no parameter '{p.name}'"
        if names.index(p.name) < at:
            return f"'{p.name}' stands elsewhere in the record"
        at = names.index(p.name)
        said.add(p.name)
        if not same_kind(p, recorded[at], record):
            return f"'{p.name}' is {p.type}, in the record {recorded[at].kind}"
        if p.default is not None and p.default != recorded[at].default:
            return f"the default of '{p.name}' is {p.default}, in the record {recorded[at].default}"
        if p.default is None and recorded[at].default not in (None, "None") and function.params[-1].kind != "options":
            shorter = recorded[at].default
            if all(any(p.name == q.name and q.default is None for q in other.params) for other in declared[function.name]):
                return f"'{p.name}' must be given, in the record it may be left out for {shorter}"
    for p in recorded:
        if p.name not in said and p.default is None:
            return f"the record's parameter '{p.name}' is missing"
    return ""


house = House(__doc__.splitlines()[0])
include = house.source / "include/talweg"
declared = collections.defaultdict(list)
operations = []
for header in sorted(include.glob("ops/*.h")) + [include / "create.h", include / "tensor.h"]:
    for function in functions(header.relative_to(house.source), header.read_text()):
        declared[function.name].append(function)
        if header.parent.name == "ops":
            operations.append(function)
of_tensor = collections.defaultdict(list)
for method in methods((include / "tensor.h").read_text()):
    of_tensor[method.name].append(method)

records = [json.loads(line) for line in run(house.arguments.records).splitlines()]
by_name = collections.defaultdict(list)
for record in records:
    record["signature"] = record["signature"].replace("linalg.", "linalg_", 1)
    by_name[record["signature"].partition("(")[0]].append(record)

for record in records:
    house.check()
    signature = record["signature"]
    name = signature.partition("(")[0]
    if record["undeclared"] or name.startswith("__"):
        continue
    params = list(record_params(record))
    if name.startswith("Tensor."):
        name = name.partition(".")[2]
        if not any([p.name for p in m.params] == [p.name for p in params[1:]] for m in of_tensor[name]):
            house.find(signature, "there is no such method of Tensor")
        continue
    for word in [name] + [name + "_"] * record["in_place"]:
        if not declared[word]:
            house.find(signature, f"no header declares {word}")
            continue
        reasons = {difference(f, record) for f in declared[word]}
        if "" not in reasons:
            house.find(signature, f"no declaration of {word} agrees: " + "; ".join(sorted(reasons)))
    options = any(p.kind == "options" for f in declared[name] for p in f.params)
    said = {p.name for f in declared[name] for p in f.params} | ({"dtype", "requires_grad"} if options else set())
    for p in params:
        if declared[name] and p.name not in said | PYTHON_ONLY:
            house.find(signature, f"no declaration of {name} has '{p.name}'")

for function in operations:
    house.check()
    if not function.documented:
        house.find(function.where, f"{function.name} has no doc comment")
    known = by_name[function.name]
    if function.name.endswith("_"):
        known = known + [r for r in by_name[function.name[:-1]] if r["in_place"]]
    if not known:
        house.find(function.where, f"{function.name} has no record")
    reasons = {difference(function, r) for r in known}
    if known and "" not in reasons:
        house.find(function.where, f"no record of {function.name} agrees: " + "; ".join(sorted(reasons)))
    if function.params and function.params[0].name == "self":
        wanted = [(p.name, p.kind, p.default) for p in function.params[1:]]
        found = [[(p.name, p.kind, p.default) for p in m.params] for m in of_tensor[function.name]]
        if wanted not in found:
            house.find(function.where, f"Tensor has no method {function.name}({', '.join(p.name for p in function.params[1:])})"
                       + (" of these kinds and defaults" if found else ""))

house.close("places of operations")
