"""The ratios of a run as one SVG: bars on a logarithmic scale from "as fast" outwards, a group for each case."""
import itertools
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 900, 190, 60
BAR, STEP, CAPTION, GROUP = 11, 16, 20, 34
AHEAD, BEHIND, INK, FAINT = "#2a6f97", "#c8553d", "#222222", "#767676"
FONT = "font-family='DejaVu Sans, Verdana, sans-serif'"


def svg(rows):
    """A bar for each peer: to the right where librecs is faster, to the left where the peer is."""
    span = [row["ratio"] for row in rows] + [1.0]
    low, high = min(min(span) * 0.8, 0.5), max(span) * 1.15
    scale = (WIDTH - LEFT - RIGHT) / math.log(high / low)

    def x(ratio):
        return LEFT + math.log(ratio / low) * scale

    parts, y = [], 64
    for case, of_case in itertools.groupby(rows, key=lambda row: row["case"]):
        parts.append(text(14, y, case, 14, INK, bold=True))
        y += CAPTION
        for data, of_data in itertools.groupby(of_case, key=lambda row: row["data"]):
            parts.append(text(14, y, data, 11, FAINT, halo=True))
            y += 6
            for row in of_data:
                parts += bar(row, y, x)
                y += STEP
            y += CAPTION - 4
        y += GROUP - CAPTION
    grid = [line for ratio in ticks(low, high) for line in tick(ratio, x(ratio), y)]
    head = [text(14, 26, "The peer's time over librecs' (log scale): above 1, librecs is faster", 15, INK, bold=True)]
    return "\n".join([f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{y}' viewBox='0 0 {WIDTH} {y}' {FONT}>",
                      f"<rect width='{WIDTH}' height='{y}' fill='#ffffff'/>", *head, *grid, *parts, "</svg>"]) + "\n"


def bar(row, y, x):
    ratio = row["ratio"]
    left, right = sorted((x(ratio), x(1)))
    ahead = ratio >= 1
    value = f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
    yield text(LEFT - 8, y + BAR - 1, row["peer"], 11, INK, anchor="end")
    yield (f"<rect x='{left:.1f}' y='{y}' width='{max(right - left, 1):.1f}' height='{BAR}' rx='1.5' "
           f"fill='{AHEAD if ahead else BEHIND}'/>")
    yield text(x(max(ratio, 1)) + 5, y + BAR - 1, value if row["same_answer"] else value + " (answers differ)", 11, INK)


def ticks(low, high):
    return [base * 10.0 ** power for power in range(-3, 5) for base in (1, 2, 5) if low <= base * 10.0 ** power <= high]


def tick(ratio, x, bottom):
    color, width = (INK, 1.2) if ratio == 1 else ("#dddddd", 1)
    yield f"<line x1='{x:.1f}' x2='{x:.1f}' y1='46' y2='{bottom - 8}' stroke='{color}' stroke-width='{width}'/>"
    yield text(x, 42, f"{ratio:g}", 11, FAINT, anchor="middle")


def text(x, y, words, size, color, bold=False, anchor="start", halo=False):
    """With a halo, so that it can be read over the grid: the same words behind it, broad and white."""
    style = " font-weight='bold'" if bold else ""
    if halo:
        behind = f" stroke='#ffffff' stroke-width='5'{style}"
        return place(x, y, words, size, "#ffffff", anchor, behind) + place(x, y, words, size, color, anchor, style)
    return place(x, y, words, size, color, anchor, style)


def place(x, y, words, size, color, anchor, style):
    return f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{color}' text-anchor='{anchor}'{style}>{escape(words)}</text>"
