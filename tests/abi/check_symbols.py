"""What the headers declare, librecs.map lists and the shared object exports must be the same; all globals of the static library
begin with recs_.

usage: check_symbols.py CDEF MAP SHARED STATIC
"""
import re
import subprocess
import sys
from pathlib import Path


def declared(cdef):
    return set(re.findall(r"\b(recs_\w+)\s*\((?!\*)", re.sub(r"typedef[^;]*;|enum[^;]*;", "", Path(cdef).read_text())))


def listed(version_map):
    return set(re.findall(r"^\s+(recs_\w+);", Path(version_map).read_text(), re.M))


def symbols(arguments, path):
    out = subprocess.run(["nm", *arguments, path], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in out.splitlines() if len(line.split()) == 3 and line.split()[1] in "TDBRVW"}


def exported(shared):
    return {name.split("@")[0] for name in symbols(["-D", "--defined-only"], shared)} - {"RECS_0.1"}


def main(cdef, version_map, shared, static):
    wanted = declared(cdef)
    failures = []
    for label, found in (("librecs.map", listed(version_map)), ("the shared object", exported(shared))):
        failures += [f"{name}: declared, but not in {label}" for name in sorted(wanted - found)]
        failures += [f"{name}: in {label}, but not declared" for name in sorted(found - wanted)]
    failures += [f"{name}: global in the static library" for name in sorted(symbols(["-g", "--defined-only"], static))
                 if not name.startswith("recs_")]
    print("\n".join(failures) or f"{len(wanted)} symbols agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
