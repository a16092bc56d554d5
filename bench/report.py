#!/usr/bin/env python3
"""Writes docs/benchmarks.md and docs/bench.svg from the JSON lines of a run, on the machine that it ran on.

usage: report.py RESULTS.jsonl [--command "script/bench ..."] [--remark "..."]
"""
import argparse
import json
import os
import pathlib
import textwrap

import chart
import harness

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"

PAGE = """# Benchmarks {{#benchmarks}}

librecs beside its peers, measured by

    {command}

on {machine}.
{remark}
Written by `bench/report.py` from its output; bench/README.md says what makes a comparison fair and what the data are.
Peers and what they stand on: {peers}.

Both sides do the same work on the same data in the same process, and their answers are compared. The ratio is the peer's
time over ours: above 1, librecs is faster.

![Ratios of times, on a logarithmic scale](bench.svg)

{table}
{behind}{wrong}{skipped}"""


def machine():
    """The class of machine, without its name."""
    info = pathlib.Path("/proc/cpuinfo").read_text()
    flags = next((line.split(":")[1].split() for line in info.splitlines() if line.startswith("flags")), [])
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "no AVX2")
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 2**20
    cores = len(os.sched_getaffinity(0))
    return f"{cores} virtual processors of a server ({os.uname().machine}, {vectors}) with {memory:.0f} GiB of memory"


def table(rows):
    lines = ["| case | data | librecs | peer | its time | ratio | same answer |", "|---|---|---:|---|---:|---:|---|"]
    last = None
    for row in rows:
        contest = (row["case"], row["data"])
        ours = harness.seconds_text(row["ours_s"]) if contest != last else ""
        case, data = ("", "") if contest == last else (row["case"] if last is None or row["case"] != last[0] else "", row["data"])
        lines.append(f"| {case} | {data} | {ours} | {row['peer']} | {harness.seconds_text(row['peer_s'])} | "
                     f"{row['ratio']:.2f} | {'yes' if row['same_answer'] else 'no'} |")
        last = contest
    return "\n".join(lines) 


def listed(title, entries):
    return "".join([f"\n{title}\n\n", *(f"- {entry}\n" for entry in entries)]) if entries else ""


def page(rows, command, remark=""):
    measured = [row for row in rows if "skipped" not in row]
    behind = [f"{row['case']}, {row['data']}: {row['peer']}, {row['ratio']:.2f}" for row in measured if row["ratio"] < 1]
    wrong = [f"{row['case']}, {row['data']}, {row['peer']}: {row['note']}" for row in measured if not row["same_answer"]]
    skipped = [f"{row['case']}: {row['skipped']}" for row in rows if "skipped" in row]
    pins = (pathlib.Path(__file__).parent / "requirements.txt").read_text().splitlines()
    return PAGE.format(command=command, remark=remark, machine=machine(), table=table(measured),
                       peers=textwrap.fill(", ".join(pin.replace("==", " ") for pin in pins if "==" in pin), 110,
                                           break_on_hyphens=False),
                       behind=listed("Where a peer is faster:", behind), wrong=listed("Where answers differ:", wrong),
                       skipped=listed("What did not run:", skipped))


def main():
    parser = argparse.ArgumentParser(description="Writes docs/benchmarks.md and docs/bench.svg.")
    parser.add_argument("results")
    parser.add_argument("--command", default="script/bench --data FOLDER")
    parser.add_argument("--remark", default="", help="what else the reader should know of this run")
    options = parser.parse_args()
    rows = [json.loads(line) for line in pathlib.Path(options.results).read_text().splitlines()]
    (DOCS / "benchmarks.md").write_text(page(rows, options.command, options.remark))
    (DOCS / "bench.svg").write_text(chart.svg([row for row in rows if "skipped" not in row]))


if __name__ == "__main__":
    main()
