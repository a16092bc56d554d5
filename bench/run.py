#!/usr/bin/env python3
"""Runs the cases, each in a process of its own, and prints a JSON line for each peer and then a table.

script/bench calls this; see bench/README.md.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

import harness

HERE = pathlib.Path(__file__).resolve().parent
# Set by hosts for their own sake; each case starts without them, so that every BLAS is at its best.
HIDDEN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def arguments():
    parser = argparse.ArgumentParser(prog="script/bench", description="librecs beside its peers, in one run.")
    parser.add_argument("--case", action="append", metavar="NAME", help="only these cases; a prefix is enough; may be repeated")
    parser.add_argument("--quick", action="store_true", help="without the largest sizes, and with fewer rounds")
    parser.add_argument("--list", action="store_true", help="list the cases and stop")
    parser.add_argument("--out", metavar="FILE", help="write the JSON lines to this file too")
    parser.add_argument("--data", metavar="FOLDER", default=os.environ.get("RECS_BENCH_DATA"),
                        help="where the local data sets are (default: RECS_BENCH_DATA)")
    parser.add_argument("--threads", type=int, default=0, help="for both sides (default: all processors)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def chosen(cases, wanted):
    if not wanted:
        return list(cases)
    for name in wanted:
        if not any(known.startswith(name) for known in cases):
            sys.exit(f"no case {name}; there are: {', '.join(cases)}")
    return [known for known in cases if any(known.startswith(name) for name in wanted)]


def blas_kernels(environment):
    """The CPU kernels that OpenBLAS builds pick in such a process: {"numpy": ..., "faiss": ...}."""
    code = ("import json, threadpoolctl, numpy, faiss; print(json.dumps({('faiss' if 'faiss' in i['filepath'] else 'numpy'):"
            "i['architecture'] for i in threadpoolctl.threadpool_info() if i['internal_api'] == 'openblas'}))")
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def fair_environment():
    """Without the host's settings of BLAS. Where a peer's older OpenBLAS does not know the processor and falls back to a slow
    kernel, all get the one that numpy's picks by itself."""
    environment = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    kernels = blas_kernels(environment)
    if kernels.get("numpy") and kernels.get("faiss") not in (None, kernels["numpy"]):
        environment["OPENBLAS_CORETYPE"] = kernels["numpy"]
        kernels = blas_kernels(environment)
    print("BLAS kernels:", ", ".join(f"{name} {kernel}" for name, kernel in kernels.items()) or "unknown", file=sys.stderr)
    return environment


def limit_threads(threads):
    """The variables by which each peer's pool of threads is limited; none when all processors are meant."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS")
    return dict.fromkeys(names, str(threads)) if threads else {}


def run(name, options, environment):
    """The lines of one case, as they come."""
    command = [sys.executable, str(HERE / "run.py"), "--here", "--case", name]
    command += ["--quick"] * options.quick + (["--data", options.data] if options.data else [])
    command += ["--threads", str(options.threads)]
    child = subprocess.Popen(command, env=environment | harness.CASES[name][1], stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        yield json.loads(line)
    if child.wait() != 0:
        yield {"case": name, "skipped": f"failed with exit status {child.returncode}", "failed": True}


def main():
    options = arguments()
    cases = harness.load_cases()
    names = chosen(cases, options.case)
    if options.list:
        print("\n".join(names))
        return 0
    if options.here:
        settings = harness.Settings(quick=options.quick, threads=options.threads, budget=3.0 if options.quick else 6.0,
                                    data=pathlib.Path(options.data) if options.data else None)
        for line in harness.run_case(options.case[0], settings):
            print(json.dumps(line), flush=True)
        return 0
    if os.getloadavg()[0] > 0.5:
        print(f"this machine is busy (load {os.getloadavg()[0]:.1f}): peers whose threads wait for each other by spinning look "
              "much slower than they are; --threads 1 is least affected", file=sys.stderr)
    environment = fair_environment() | limit_threads(options.threads)
    rows = []
    out = open(options.out, "w") if options.out else None
    for name in names:
        for line in run(name, options, environment):
            rows.append(line)
            text = json.dumps(line)
            print(text, flush=True)
            if out:
                print(text, file=out, flush=True)
    print()
    print(harness.table(rows))
    return 1 if any(row.get("failed") or row.get("same_answer") is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
