#!/usr/bin/env python3
"""Measures every scorer on three logs with the recs command and writes docs/accuracy.md.

usage: bench/accuracy.py FOLDER [--recs build/tools/recs]
FOLDER holds amazon-beauty/ and amazon-toys/, each with interactions.tsv.gz (user, item, time) and items.tsv.gz (item, tag). The shop's log
comes with the examples.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCORERS = ["popularity", "content", "user-knn", "item-knn", "order-knn", "markov", "session-knn", "rules", "als", "ease", "hybrid-equal", "hybrid"]
# S3-Rec's row of the table in its repository, whole catalogue ranked: HR@10 and nDCG@10.
PUBLISHED = {"Amazon Beauty": (0.0647, 0.0327), "Amazon Toys": (0.0700, 0.0376)}

HEAD = """# How accurate the scorers are {#accuracy}

Every figure is of the command's defaults: nothing was tuned to these logs. Models are fitted to neither the validation event nor the
test event (`--fit train`), and the whole catalogue is ranked. `bench/accuracy.py FOLDER` measures all of it anew.
[The guide](guide-evaluate.md) says what the numbers mean.
"""


def shop(recs, folder):
    """The example shop's log, cleaned."""
    out = folder / "retail.csv"
    subprocess.run([recs, "clean", ROOT / "examples/data/online-retail.csv.gz", "--user", "CustomerID", "--item", "StockCode",
                    "--quantity", "Quantity", "--price", "UnitPrice", "--time", "InvoiceDate", "--basket", "InvoiceNo",
                    "--cancelled-prefix", "C", "--out", out], check=True, capture_output=True)
    return [str(out), "--basket", "session", "--split", "leave-last-basket-out"]


def five_core(folder, name):
    return [str(folder / name / "interactions.tsv.gz"), "--items", str(folder / name / "items.tsv.gz"), "--time-kind", "order",
            "--split", "leave-last-out"]


def measure(recs, log, scorer):
    """The evaluation as the command prints it; None where the log has nothing for the scorer to learn from."""
    run = subprocess.run([recs, "evaluate", *log, "--scorer", scorer, "--format", "json"], capture_output=True, text=True)
    if run.returncode != 0 and "needs the items' profiles" in run.stderr:
        return None
    run.check_returncode()
    return json.loads(run.stdout)


def table(title, rows, users):
    yield f"\n## {title}, {users:,} users\n"
    yield "| scorer | HR@5 | nDCG@5 | HR@10 | nDCG@10 | HR@20 | nDCG@20 | fit, s |"
    yield "|---|---|---|---|---|---|---|---|"
    for scorer, result in rows:
        values = " | ".join(f"{result['metrics'][f'{name}@{k}']:.4f}"[1:] for k in (5, 10, 20) for name in ("hr", "ndcg"))
        yield f"| {scorer} | {values} | {result['timings']['fit']:.2f} |"
    if title in PUBLISHED:
        best, (hr, ndcg) = rows[-1][1]["metrics"], PUBLISHED[title]
        yield (f"\nS3-Rec (Zhou et al., CIKM 2020), in the same protocol: HR@10 {hr:.4f}, nDCG@10 {ndcg:.4f}. The default hybrid has "
               f"{best['hr@10'] / hr:.2f} and {best['ndcg@10'] / ndcg:.2f} times as much.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--recs", default=str(ROOT / "build/tools/recs"))
    given = parser.parse_args()
    lines = [HEAD.rstrip()]
    with tempfile.TemporaryDirectory() as scratch:
        logs = {"Amazon Beauty": five_core(given.folder, "amazon-beauty"), "Amazon Toys": five_core(given.folder, "amazon-toys"),
                "Online Retail, last basket": shop(given.recs, pathlib.Path(scratch))}
        for title, log in logs.items():
            rows = [(scorer, measure(given.recs, log, scorer)) for scorer in SCORERS]
            rows = [row for row in rows if row[1] is not None]
            shown = list(table(title, rows, rows[0][1]["users"]))
            print("\n".join(shown), flush=True)
            lines += shown
    (ROOT / "docs/accuracy.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
