"""The harness: a case gives contests, a contest is timed side by side and becomes one JSON line a peer.

A case is a generator of Contest (one for each data set and size), registered with @case. Both sides of a contest do the
same work on the same data in this process; what they return is compared, and the comparison is part of the line.
"""
import gc
import importlib
import os
import pathlib
import statistics
import time
from dataclasses import dataclass

FAMILIES = ["neighbors", "recommend", "als", "ease", "topk", "kmeans", "density", "itemsets", "rules", "sequences", "patterns", "funnels",
            "tables", "pipeline"]  # of bench/cases
CASES = {}
ROUNDS = 7


class Unavailable(Exception):
    """This case, or this part of it, cannot run here: says why in one line."""


@dataclass
class Settings:
    quick: bool = False
    threads: int = 0
    data: pathlib.Path | None = None
    budget: float = 6.0  # seconds of timed runs for a side, beyond the warm-up

    def __post_init__(self):
        self.threads = self.threads or len(os.sched_getaffinity(0))


@dataclass
class Peer:
    run: object   # () -> result: what is timed
    same: object  # (our result, the peer's) -> True, or a string that says what differs
    less: object = None  # () -> nothing: a part of `run` that is no part of the contest; its time is taken off

    def timed(self):
        elapsed, result = timed(self.run)
        return elapsed - (0 if self.less is None else timed(self.less)[0]), result


@dataclass
class Contest:
    data: str
    ours: object  # () -> result: what is timed
    peers: dict   # name -> Peer


def case(name, environment=None):
    """Registers a case; `environment` is set for its process."""
    def register(function):
        CASES[name] = (function, environment or {})
        return function
    return register


def load_cases():
    """All cases, in the order in which they run."""
    for family in FAMILIES:
        importlib.import_module(f"cases.{family}")
    return CASES


def timed(function):
    """Seconds and result, without Python's collector, which would look through the millions of tuples that some peers make."""
    gc.disable()
    try:
        start = time.perf_counter()
        result = function()
        return time.perf_counter() - start, result
    finally:
        gc.enable()


def run_contest(contest, settings):
    """Seconds of all sides by name ("" is ours), and of each peer the verdict on its answer, or the exception that it raised.

    Each side runs once to warm up, which gives the answers; then the sides take turns. A side takes part until it had ROUNDS
    runs or used up the budget; one that is over it after the warm-up is reported by its warm-up alone.
    """
    seconds, verdicts = {}, {}
    elapsed, ours = timed(contest.ours)
    seconds[""] = [elapsed] if elapsed > settings.budget else []
    for name, peer in contest.peers.items():
        try:
            elapsed, theirs = peer.timed()
        except Exception as failure:
            verdicts[name] = failure
            continue
        seconds[name] = [elapsed] if elapsed > settings.budget else []
        verdicts[name] = peer.same(ours, theirs)
        del theirs  # some are gigabytes
    del ours
    for _ in range(ROUNDS):
        for name, taken in seconds.items():
            if sum(taken) <= settings.budget:
                taken.append((contest.peers[name].timed() if name else timed(contest.ours))[0])
    return seconds, verdicts


def lines(name, contest, settings):
    """The JSON lines of a contest, one a peer."""
    seconds, verdicts = run_contest(contest, settings)
    ours = statistics.median(seconds[""])
    for peer, verdict in verdicts.items():
        if isinstance(verdict, Exception):
            reason = f"{type(verdict).__name__}: {verdict}".splitlines()[0]
            yield {"case": name, "skipped": f"{contest.data}: {peer} failed: {reason}"}
            continue
        theirs = statistics.median(seconds[peer])
        line = {"case": name, "data": contest.data, "ours_s": round(ours, 6), "peer": peer, "peer_s": round(theirs, 6),
                "ratio": round(theirs / ours, 3), "same_answer": verdict is True, "runs": len(seconds[peer])}
        yield line if verdict is True else line | {"note": verdict}


def run_case(name, settings):
    """All JSON lines of a case; what cannot run is a line with "skipped"."""
    function, _ = CASES[name]
    try:
        for contest in function(settings):
            if isinstance(contest, Unavailable):
                yield {"case": name, "skipped": str(contest)}
            else:
                yield from lines(name, contest, settings)
    except Unavailable as reason:
        yield {"case": name, "skipped": str(reason)}


def seconds_text(value):
    return f"{value:.3g} s" if value >= 1 else f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} us"


def table(rows):
    """The lines as an aligned table."""
    head = ("case", "data", "librecs", "peer", "its time", "ratio", "same answer")
    body = []
    for row in rows:
        if "skipped" in row:
            body.append((row["case"], "skipped: " + row["skipped"], "", "", "", "", ""))
        else:
            body.append((row["case"], row["data"], seconds_text(row["ours_s"]), row["peer"], seconds_text(row["peer_s"]),
                         f"{row['ratio']:.2f}", "yes" if row["same_answer"] else "NO: " + row.get("note", "")))
    widths = [max(len(line[column]) for line in [head] + [b for b in body if not b[1].startswith("skipped")])
              for column in range(len(head))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in [head] + body]
    return "\n".join([text[0], "-" * len(text[0])] + text[1:])
