"""What the policies share: where things are, and how a policy says what it found."""

import argparse
import os
import pathlib
import re
import subprocess
import sys

# The rooms of the house from the ground up; rooms of one row don't know each other.
ROOMS = [
    ["core"], ["lanes"], ["formulas"], ["kernels", "graph"], ["ops"], ["autograd"], ["io"], ["nn"], ["optim"],
    ["data"], ["compile"],
]
SOURCE_SUFFIXES = (".h", ".cpp")


class House:
    def __init__(self, description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--source", type=pathlib.Path, required=True, help="root of the source tree")
        parser.add_argument("--build", type=pathlib.Path, required=True, help="root of the build tree")
        parser.add_argument("--cxx", default="c++", help="the compiler")
        parser.add_argument("--library", type=pathlib.Path, help="the built library")
        parser.add_argument("--records", type=pathlib.Path, help="the program that prints the records")
        self.arguments = parser.parse_args()
        self.source = self.arguments.source
        self.findings = []
        self.checked = 0

    def sources(self, folder):
        root = self.source / folder
        return sorted(p for p in root.rglob("*") if p.suffix in SOURCE_SUFFIXES) if root.exists() else []

    def objects(self, kind):
        """(source file relative to the tree, object file) of the library: kind is `all` or `isa`."""
        listed = (self.arguments.build / f"objects-{kind}.txt").read_text().split()
        for name in listed:
            match = re.search(r"\.dir/(?:\./)?(src/.*)\.o$", name)
            yield (match.group(1) if match else name), pathlib.Path(name)

    def check(self, count=1):
        self.checked += count

    def find(self, where, what):
        self.findings.append(f"{where}: {what}")

    def close(self, subject):
        for finding in self.findings:
            print(finding)
        print(f"{subject}: {self.checked} checked, {len(self.findings)} against the rules")
        if self.checked == 0:
            print("nothing to check is a failure too: the policy looked in the wrong place")
        sys.exit(1 if self.findings or not self.checked else 0)


def run(*command):
    environment = dict(os.environ, LC_ALL="C")
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def includes(path):
    """(line number, '<' or '"', name) of each #include of a file."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1), match.group(2)


def symbols(path, *options):
    """(name as linked, type letter) of an object's or a library's symbols."""
    for line in run("nm", "-P", *options, path).splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1:
            yield fields[0], fields[1]


def demangled(name):
    return run("c++filt", name).strip()
