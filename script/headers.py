"""The public headers in the order in which recs.h includes them: those that a header includes come before it."""
import re
from pathlib import Path


def in_order(header_dir):
    """Paths of all headers but api.h and recs.h itself, each once."""
    found = []

    def visit(path):
        for name in re.findall(r"^#include <recs/(.+)>", path.read_text(), re.M):
            header = Path(header_dir) / name
            if name != "api.h" and header not in found:
                visit(header)
                found.append(header)

    visit(Path(header_dir) / "recs.h")
    return found
