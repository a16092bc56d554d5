"""The recs command as a user meets it: what it prints, and what it says about bad input.

RECS_COMMAND names the program (meson test sets it).
"""
import csv
import gzip
import io
import json
import os
import subprocess

import pytest

LOG = """user,item,time,order,quantity,price
ada,teapot,2026-01-03,o1,1,20
ada,teacup,2026-01-03,o1,4,3.5
ada,saucer,2026-01-09,o2,4,2
ben,teapot,2026-01-04,o3,1,20
ben,teacup,2026-01-05,o4,2,3.5
ben,sugar bowl,2026-01-08,o5,1,9
cleo,teacup,2026-01-11,o6,2,3.5
cleo,saucer,2026-01-11,o6,2,2
cleo,sugar bowl,2026-01-12,o7,1,9
cleo,cake stand,2026-01-20,o8,1,30
dan,lantern,2026-01-15,o9,1,12
dan,bird table,2026-02-02,o10,1,45
eve,lantern,2026-01-18,o11,1,12
eve,bird table,2026-01-19,o12,1,45
"""


def recs(*arguments, code=0):
    done = subprocess.run([os.environ["RECS_COMMAND"], *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, done.stderr + done.stdout
    if code != 0:
        assert done.stderr.strip(), "a failure must say why"
    return done


def refused(*arguments, code=1):
    """The one line of a refusal; nothing goes to stdout."""
    done = recs(*arguments, code=code)
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


@pytest.fixture
def model(tmp_path, log):
    path = tmp_path / "shop.recs"
    recs("fit", log, "--out", path)
    return path


def test_version_and_usage():
    assert recs("--version").stdout.startswith("recs ")
    assert "recommend" in recs("--help").stdout
    assert "unknown command" in recs("frobnicate", code=2).stderr
    recs(code=2)
    assert "--min-support" in recs("rules", "--help").stdout


def test_recommend_in_all_formats(model):
    shown = json.loads(recs("recommend", model, "--for", "ada", "-n", 3, "--explain", "--format", "json").stdout)
    items = [row["item"] for row in shown["recommendations"]]
    assert items[0] == "sugar bowl"
    assert not {"teapot", "teacup", "saucer"} & set(items)
    assert all(row["why"].startswith("because") for row in shown["recommendations"][:1])
    assert {"read", "score"} <= set(shown["timings"])
    rows = list(csv.DictReader(io.StringIO(recs("recommend", model, "--for", "ada", "-n", 3, "--format", "csv").stdout)))
    assert [row["item"] for row in rows] == items
    assert [float(row["score"]) for row in rows] == [row["score"] for row in shown["recommendations"]]
    table = recs("recommend", model, "--for", "ada", "-n", 3).stdout.splitlines()
    assert table[0].split() == ["user", "rank", "item", "title", "score"]
    assert len(table) == len(items) + 1


def test_recommend_all_basket_and_filters(model, tmp_path):
    everyone = json.loads(recs("recommend", model, "--all", "-n", 2, "--format", "json").stdout)["recommendations"]
    assert {row["user"] for row in everyone} == {"ada", "ben", "cleo", "dan", "eve"}
    basket = json.loads(recs("recommend", model, "--basket", "teapot,teacup", "--format", "json").stdout)["recommendations"]
    assert {"teapot", "teacup"}.isdisjoint(row["item"] for row in basket)
    seen = json.loads(recs("recommend", model, "--basket", "teapot", "--include-seen", "--format", "json").stdout)
    assert "teapot" in {row["item"] for row in seen["recommendations"]}
    chosen = tmp_path / "allow.txt"
    chosen.write_text("saucer\nsugar bowl\nunheard of\n")
    allowed = json.loads(recs("recommend", model, "--for", "ben", "--allow", chosen, "--format", "json").stdout)
    assert [row["item"] for row in allowed["recommendations"]] == ["saucer"]
    denied = json.loads(recs("recommend", model, "--for", "ben", "--deny", chosen, "--format", "json").stdout)
    assert "saucer" not in {row["item"] for row in denied["recommendations"]}


def test_similar(model):
    rows = json.loads(recs("similar", model, "--to", "lantern", "--format", "json").stdout)["similar"]
    assert rows[0]["item"] == "bird table"
    assert "content" in refused("similar", model, "--to", "lantern", "--by", "content")
    assert refused("similar", model, "--to", "unicorn") == 'recs: unknown item "unicorn"'


def test_clean_and_reread(log, tmp_path):
    raw = tmp_path / "raw.csv"
    raw.write_text(LOG + "ada,teapot,2026-01-03,o1,1,20\n,teapot,2026-01-03,o20,1,20\neve,lantern,2026-01-19,Co11,-1,12\n")
    out = tmp_path / "clean.csv"
    report = json.loads(recs("clean", raw, "--basket", "order", "--cancelled-prefix", "C", "--out", out, "--format",
                             "json").stdout)["report"]
    counts = {row["reason"]: row["events"] for row in report}
    assert counts["kept"] == 13 and counts["returned"] == 2 and sum(counts.values()) == 17
    again = json.loads(recs("clean", out, "--format", "json").stdout)["report"]
    assert {row["reason"]: row["events"] for row in again}["kept"] == 13
    assert [row["item"] for row in csv.DictReader(out.open())] == [
        row["item"] for row in csv.DictReader(io.StringIO(LOG)) if (row["user"], row["item"]) != ("eve", "lantern")]


def test_rules_that_change_values(log, tmp_path):
    out = tmp_path / "clean.csv"
    report = json.loads(recs("clean", log, "--basket", "order", "--rule", "quantity_outliers=quantile", "--rule", "high_quantile=0.5",
                             "--rule", "outlier_action=clip", "--out", out, "--format", "json").stdout)["report"]
    counts = {row["reason"]: row["events"] for row in report}
    quantities = sorted(float(row["quantity"]) for row in csv.DictReader(io.StringIO(LOG)))
    middle = (quantities[6] + quantities[7]) / 2 if len(quantities) % 2 == 0 else quantities[len(quantities) // 2]
    assert counts["quantity clipped"] == sum(quantity > middle for quantity in quantities)
    assert counts["kept"] == len(quantities) and "outlier_action is" in refused("clean", log, "--rule", "outlier_action=mend", code=2)
    assert "written is CSV" in refused("clean", log, "--out", tmp_path / "clean.tsv", code=2)


def test_what_a_log_is_like(log):
    shown = json.loads(recs("clean", log, "--basket", "order", "--report", "--format", "json").stdout)
    users = next(row for row in shown["columns"] if row["column"] == "user")
    assert users["present"] == 14 and users["distinct"] == 5 and users["missing"] == 0
    times = next(row for row in shown["columns"] if row["column"] == "time")
    assert times["min"] == "2026-01-03T00:00:00Z"
    checks = {row["check"]: row["events"] for row in shown["checks"]}
    assert checks["events"] == 14 and checks["duplicate"] == 0
    assert shown["top"][0] == {"column": "user", "value": "cleo", "events": 4}
    table = recs("clean", log, "--report").stdout
    assert table.startswith("measure") and "near duplicate" in table
    assert "cleans nothing" in refused("clean", log, "--report", "--out", "x.csv", code=2)


def test_features_of_behaviour(log, tmp_path):
    table = tmp_path / "features.csv"
    recs("features", log, "--basket", "order", "--kind", "gaps,tenure", "--out", table)
    rows = {row["user"]: row for row in csv.DictReader(table.open())}
    assert list(rows["ada"]) == ["user", "gap_mean", "gap_median", "gap_sd", "tenure", "age", "active_days", "events"]
    assert rows["ada"]["gap_sd"] == ""  # a single gap
    shown = json.loads(recs("features", log, "--basket", "order", "--columns", "gap_sd, events", "--format", "json").stdout)
    ada = next(row for row in shown["features"] if row["user"] == "ada")
    assert ada["gap_sd"] is None and shown["units"] == {"gap_sd": "days", "events": "events"}
    some = json.loads(recs("features", log, "--kind", "rfm+", "--columns", "tenure", "--format", "json").stdout)["features"]
    assert list(some[0]) == ["user", "tenure"]
    assert "no feature \"basket\"" in refused("features", log, "--kind", "basket")
    assert "category:* needs categories" in refused("features", log, "--kind", "categories")
    assert "has none of these" in refused("features", log, "--kind", "rfm", "--columns", "gap_sd", code=2)


def test_sessions_by_a_gap(log, tmp_path):
    out = tmp_path / "cut.csv"
    recs("clean", log, "--gap", 86400 * 3, "--out", out)
    sessions = {(row["user"], row["session"]) for row in csv.DictReader(out.open())}
    assert all(session.startswith(f"{user}#") for user, session in sessions) and len(sessions) > 5
    recs("clean", log, "--basket", "order", "--gap", 60, "--out", out)
    assert next(csv.DictReader(out.open()))["session"] == next(csv.DictReader(io.StringIO(LOG)))["order"]
    assert "--sessions" in refused("clean", log, "--gap", 60, "--sessions", "all", code=2)


def test_segments(log, tmp_path):
    table = tmp_path / "rfm.csv"
    recs("features", log, "--basket", "order", "--out", table)
    rows = list(csv.DictReader(table.open()))
    assert {row["user"] for row in rows} == {"ada", "ben", "cleo", "dan", "eve"}
    ada = next(row for row in rows if row["user"] == "ada")
    assert float(ada["recency"]) == 24 and float(ada["frequency"]) == 2 and float(ada["monetary"]) == 42
    labels = tmp_path / "labels.csv"
    shown = json.loads(recs("segment", table, "--k", 2, "--out", labels, "--format", "json").stdout)
    assert sum(row["size"] for row in shown["segments"]) == 5
    assert shown["space"] == "log-z" and shown["inertia"] >= 0
    assert len(list(csv.DictReader(labels.open()))) == 5
    assert "outside 1 to the 5 rows" in refused("segment", table, "--k", 6)


def test_segments_in_full(tmp_path):
    """Three groups of shoppers: found by every method, described in order, saved, and met again."""
    table, saved, labels, again = (tmp_path / name for name in ("table.csv", "shoppers.segments", "labels.csv", "again.csv"))
    lines = ["user,orders,spend,country"]
    for row in range(90):
        orders, spend = ((2, 20), (30, 25), (3, 900))[row % 3]
        lines.append(f"u{row},{orders + row % 4 / 10},{spend + row % 5},44")
    table.write_text("\n".join(lines) + "\n")

    def segment(*flags):
        return json.loads(recs("segment", table, *flags, "--format", "json").stdout)
    shown = segment("--k", "auto", "--scale", "z", "--stability", "--save", saved, "--out", labels)
    assert shown["k"] == 3 and shown["criterion"] == "silhouette" and shown["rand"] == 1
    assert [row["k"] for row in shown["choice"]] == list(range(2, 11)) and shown["explained"]["spend"] > 0.99
    assert shown["explained"]["country"] == 0
    rich = next(row for row in shown["segments"] if row["spend"] > 500)
    assert rich["size"] == 30 and rich["stability"] == 1 and int(rich["example"][1:]) % 3 == 2
    assert [trait["column"] for trait in rich["traits"]] == ["spend", "orders", "country"]
    assert rich["description"].startswith("much higher spend (902 against ")
    loaded = segment("--load", saved, "--out", again)
    assert labels.read_text() == again.read_text() and loaded["inertia"] == pytest.approx(shown["inertia"], rel=1e-5)
    for criterion in ("gap", "bic"):
        assert segment("--k", "auto", "--criterion", criterion, "--k-range", "1..6" if criterion == "gap" else "2..3", "--scale", "z")["k"] == 3
    batches = segment("--algorithm", "mini-batch", "--batch-size", 20, "--scale", "z")
    assert batches["k"] == 3 and batches["inertia"] == pytest.approx(shown["inertia"], rel=0.05)
    dense = segment("--method", "hdbscan", "--scale", "z", "--min-size", 10)
    assert dense["k"] == 3 and dense["noise"] == 0 and "inertia" not in dense
    radius = segment("--method", "dbscan", "--eps", 0.5, "--pipeline", "drop[country]; scale=z", "--out", labels)
    assert radius["k"] == 3 and radius["eps"] == 0.5 and radius["space"] == "drop[country]; scale=z"
    assert {row["segment"] for row in csv.DictReader(labels.open())} == {"0", "1", "2"}
    assert "all 90 rows are noise" in refused("segment", table, "--method", "dbscan", "--eps", 1e-9)
    assert "like 2..10" in refused("segment", table, "--k", "auto", "--k-range", "3", code=2)
    assert "criterion" in refused("segment", table, "--k", "auto", "--criterion", "luck", code=2)
    assert "--method" in refused("segment", table, "--method", "magic", code=2)
    assert "--algorithm" in refused("segment", table, "--algorithm", "luck", code=2)
    assert "--save goes with" in refused("segment", table, "--method", "dbscan", "--save", saved, code=2)
    assert "--load takes all" in refused("segment", table, "--load", saved, "--scale", "z", code=2)
    assert "either" in refused("segment", table, "--pipeline", "log", "--scale", "z", code=2)
    assert "assigner" in refused("segment", table, "--load", table) or "not a librecs file" in refused("segment", table, "--load", table)
    table.write_text("user,x,y\na,1,5\nb,1,5\nc,2,5\n")
    assert "only 2 distinct rows" in refused("segment", table, "--k", 3)
    assert "column y has the same value in all rows" in recs("segment", table, "--k", 2).stderr
    table.write_text("user,x\na,1\nb,\nc,2\n")
    assert 'row 1, column "x" is missing' in refused("segment", table, "--k", 2)
    assert json.loads(recs("segment", table, "--k", 2, "--pipeline", "impute=mean", "--format", "json").stdout)["k"] == 2


def test_itemsets_and_rules(log, tmp_path):
    count = json.loads(recs("itemsets", log, "--basket", "order", "--min-count", 1, "--count").stdout)
    baskets = tmp_path / "baskets.dat"
    baskets.write_text("1 2 3\n1 2\n2 3\n1 2 3 4\n")
    shown = json.loads(recs("itemsets", baskets, "--min-support", 0.5, "--format", "json").stdout)
    assert count["count"] > 0 and shown["baskets"] == 4
    assert {row["items"]: row["count"] for row in shown["itemsets"]} == {
        "1": 3, "2": 4, "3": 3, "1 + 2": 3, "1 + 3": 2, "2 + 3": 3, "1 + 2 + 3": 2}
    rules = json.loads(recs("rules", baskets, "--min-support", 0.5, "--metric", "confidence", "--min", 1, "--format",
                            "json").stdout)["rules"]
    assert {(row["antecedent"], row["consequent"]) for row in rules} == {("1", "2"), ("3", "2"), ("1 + 3", "2")}
    assert all(row["conviction"] == "inf" for row in rules)
    assert "min_support is 1.5" in refused("itemsets", baskets, "--min-support", 1.5)


def test_itemsets_in_full(log, tmp_path):
    mine = ["itemsets", log, "--basket", "order", "--min-count", 1]
    rows = json.loads(recs(*mine, "--format", "json").stdout)
    assert rows["cut"] == "none" and rows["complete_from"] == 1
    for form in ("csv", "jsonl"):
        lines = recs(*mine, "--format", form).stdout.splitlines()
        read = list(csv.DictReader(lines)) if form == "csv" else [json.loads(line) for line in lines]
        assert {row["items"]: int(row["count"]) for row in read} == {row["items"]: row["count"] for row in rows["itemsets"]}
    top = json.loads(recs("itemsets", log, "--basket", "order", "--top", 2, "--format", "json").stdout)
    assert [row["items"] for row in top["itemsets"]] == ["teacup", "teapot"] and top["cut"] == "top"
    with_cup = json.loads(recs(*mine, "--contains", "teacup", "--excludes", "saucer", "--format", "json").stdout)["itemsets"]
    assert {row["items"] for row in with_cup} == {"teacup", "teapot + teacup"}
    many = json.loads(recs(*mine, "--min-quantity", 4, "--format", "json").stdout)["itemsets"]
    assert {row["items"]: row["count"] for row in many} == {"teacup": 1, "saucer": 1}
    cut = recs(*mine, "--budget-mb", 0.0004, "--count")
    assert json.loads(cut.stdout)["cut"] == "memory" and "is complete, rarer itemsets are cut" in cut.stderr
    assert json.loads(recs(*mine, "--budget-seconds", 60, "--count").stdout)["cut"] == "none"
    taxonomy = tmp_path / "taxonomy.csv"
    taxonomy.write_text("item,category\nteacup,china\nsaucer,china\nchina,tableware\n")
    china = json.loads(recs(*mine, "--taxonomy", taxonomy, "--contains", "china", "--format", "json").stdout)["itemsets"]
    assert {row["items"]: row["count"] for row in china} == {"china": 4, "teapot + china": 1}
    assert 'unknown item "fork"' in refused("itemsets", log, "--basket", "order", "--contains", "fork")
    assert "min_support is nan" in refused("itemsets", log, "--basket", "order", "--min-support", "nan")
    assert "--budget-mb is -1" in refused("itemsets", log, "--basket", "order", "--budget-mb", -1, code=2)


def test_rules_in_full(tmp_path):
    baskets, few = tmp_path / "baskets.dat", tmp_path / "few.txt"
    baskets.write_text("tea cup milk\n" * 30 + "tea cup\n" * 25 + "milk bread\n" * 20 + "bread\n" * 15 + "tea bread milk\n" * 10)
    few.write_text("milk\nbread\nunheard of\n")
    rules = lambda *flags: json.loads(recs("rules", baskets, "--min-count", 5, "--min", 0, *flags, "--format", "json").stdout)["rules"]
    sides = lambda *flags: [(row["antecedent"], row["consequent"]) for row in rules(*flags)]
    every = rules("--columns", "all")
    assert len(every) > 12 and len(every[0]) == 2 + 43 and every[0]["fishers-exact"] < 0.01
    assert sides("--top", 3) == [(row["antecedent"], row["consequent"]) for row in every[:3]]
    assert all(row["confidence"] >= 0.5 and row["lift"] <= 1.3 for row in rules("--where", "confidence>=0.5", "--where", "lift<=1.3"))
    assert {right for _, right in sides("--consequent", "cup")} == {"cup"}
    assert all({"tea", "milk"} <= set(left.split(" + ")) for left, _ in sides("--antecedent", "tea,milk"))
    assert {item for left, _ in sides("--allow-antecedent", few) for item in left.split(" + ")} == {"milk", "bread"}
    assert {item for _, right in sides("--deny-consequent", few) for item in right.split(" + ")} == {"tea", "cup"}
    assert all("+" not in left for left, _ in sides("--max-antecedent", 1))
    assert 0 < len(rules("--significant", 0.05)) < len(rules("--significant", 0.05, "--correction", "none")) < len(every)
    kept = sides("--no-redundant", "--metric", "confidence")
    assert ("tea", "cup") in kept and ("tea + milk", "cup") not in kept
    assert len(rules("--min-improvement", 0.3)) < len(kept)
    assert set(sides("--kind", "maximal")) < set(sides()) and set(sides("--kind", "closed")) <= set(sides())
    cut = recs("rules", baskets, "--min-count", 1, "--budget-mb", 0.0006, "--format", "json")
    assert json.loads(cut.stdout)["cut"] == "memory" and "rarer itemsets are cut" in cut.stderr and json.loads(cut.stdout)["rules"]
    assert len(json.loads(recs("rules", "--list-metrics", "--format", "json").stdout)["metrics"]) == 43
    usage = lambda *flags: recs("rules", baskets, *flags, code=2).stderr
    assert 'unknown metric "wow"' in usage("--metric", "wow") and 'unknown metric "wow"' in usage("--where", "wow>=1")
    assert '"confidence" ' not in usage("--where", "confidence") and "METRIC>=X" in usage("--where", "confidence")
    assert "is no number" in usage("--where", "lift>=much") and "fishers-exact or" in usage("--test", "lift")
    assert "holm" in usage("--correction", "all") and "--significant is 2" in usage("--significant", 2)
    assert 'unknown item "gold"' in refused("rules", baskets, "--consequent", "gold")
    assert 'unknown item "gold"' in refused("rules", baskets, "--antecedent", "tea,gold")


def test_sequences(model):
    shown = json.loads(recs("similarity", "a,b,c,d", "b,c,d,e", "--kind", "ratio", "--kind", "lcs", "--kind", "levenshtein",
                            "--format", "json").stdout)
    assert (shown["ratio"], shown["lcs"], shown["levenshtein"]) == (0.75, 3, 2)
    both = json.loads(recs("similarity", "ada", "ben", "--model", model, "--format", "json").stdout)
    assert both["length_a"] == 3 and 0 < both["ratio"] < 1
    assert json.loads(recs("similarity", "a,c,b", "a,b,c", "--kind", "osa", "--format", "json").stdout)["osa"] == 1
    assert "jaro_winkler" in refused("similarity", "a", "b", "--kind", "cosine", code=2)
    assert "second sequence" in refused("similarity", "a,b", code=2)


def test_similar_users(log, model):
    """Of everyone but the user, in a log and in a model of it alike (nobody here buys anything twice)."""
    for source in (("--log", log), ("--model", model)):
        shown = json.loads(recs("similarity", "dan", *source, "--kind", "lcs_similarity", "--format", "json").stdout)
        assert shown["similar"] == [{"user": "eve", "lcs_similarity": 1.0, "length": 2}]
    wide = json.loads(recs("similarity", "ben", "--log", log, "--kind", "lcs", "-n", "1", "--format", "json").stdout)
    assert wide["similar"] == [{"user": "ada", "lcs": 2, "length": 3}]
    assert json.loads(recs("similarity", "ben", "--log", log, "--cutoff", "0.99", "--format", "json").stdout)["similar"] == []
    assert "nobody" in refused("similarity", "nobody", "--log", log)
    assert "distance" in refused("similarity", "ben", "--log", log, "--kind", "osa")


def test_patterns(log, tmp_path):
    """What comes after what, from a log and from lines; elements, gaps in places and days, rules, what comes next, budgets."""
    def patterns(*arguments):
        shown = json.loads(recs("sequences", *arguments, "--format", "json").stdout)
        return {row["pattern"]: row["count"] for row in shown["patterns"]}

    shown = json.loads(recs("sequences", log, "--min-count", 2, "--format", "json").stdout)
    assert shown["sequences"] == 5 and shown["min_count"] == 2 and set(shown["timings"]) == {"read", "fit"}
    assert shown["patterns"][0] == {"pattern": "teacup", "length": 1, "count": 3, "support": 0.6}
    pairs = {"teapot > teacup": 2, "teacup > saucer": 2, "teacup > sugar bowl": 2, "lantern > bird table": 2}
    assert patterns(log, "--min-count", 2, "--min-length", 2) == pairs
    assert patterns(log, "--min-count", 2, "--min-length", 2, "--window", "3d") == {
        "teapot > teacup": 2, "teacup > sugar bowl": 2}
    assert patterns(log, "--min-count", 2, "--min-length", 2, "--min-gap", "1d") == {
        "teacup > sugar bowl": 2, "lantern > bird table": 2}
    assert patterns(log, "--min-count", 2, "--kind", "maximal") == pairs
    assert patterns(log, "--min-count", 1, "--elements", "time", "--contain", "saucer,sugar bowl", "--max-length", 2) == {
        "saucer > sugar bowl": 1}
    assert patterns(log, "--min-count", 1, "--elements", "session", "--basket", "order", "--max-length", 2, "--contain",
                    "teapot,teacup") == {"teapot + teacup": 1, "teapot > teacup": 1}
    assert len(patterns(log, "--min-count", 1, "--top", 4)) == 4
    assert json.loads(recs("sequences", log, "--min-count", 2, "--count").stdout)["count"] == 10
    lines = tmp_path / "trails.txt"
    lines.write_text("a b c\na c b\nb c\n")
    assert patterns(lines, "--min-support", 0.6, "--max-gap", 1) == {"b": 3, "c": 3, "a": 2, "b > c": 2}
    rules = json.loads(recs("sequences", lines, "--min-count", 2, "--rules", "--format", "json").stdout)["rules"]
    assert [(row["antecedent"], row["consequent"], row["count"], row["confidence"]) for row in rules][:2] == [
        ("a", "b", 2, 1.0), ("a", "c", 2, 1.0)]
    following = json.loads(recs("sequences", lines, "--min-count", 2, "--after", "a", "--format", "json").stdout)["next"]
    assert [(row["item"], row["confidence"], row["after"]) for row in following] == [("b", 1.0, "a"), ("c", 1.0, "a")]


def test_patterns_refused(log, tmp_path):
    long = tmp_path / "long.txt"
    long.write_text("a " * 20000 + "\n")
    stopped = recs("sequences", long, "--min-count", 1, "--budget-mb", 1, "--format", "json")
    assert json.loads(stopped.stdout)["complete_from_count"] == 2 and "count 2 or more, not of 1" in stopped.stderr
    assert "min_support is 0" in refused("sequences", log, "--min-support", 0)
    assert "min_support" in refused("sequences", log, "--min-support", "nan")
    assert "min_gap is 3, above max_gap, which is 2" in refused("sequences", log, "--min-gap", 3, "--max-gap", 2)
    ordered = tmp_path / "ordered.csv"
    ordered.write_text("user,item,time\nada,teapot,1\nada,teacup,2\n")
    assert "only an order" in refused("sequences", ordered, "--max-gap", "7d", "--time-kind", "order")
    assert "--window" in refused("sequences", log, "--window", "7x", code=2)
    assert "--elements" in refused("sequences", log, "--elements", "order", code=2)
    assert refused("sequences", log, "--contain", "unicorn") == 'recs: unknown item "unicorn"'


def test_bad_files(tmp_path, log):
    fit = lambda path: refused("fit", path, "--out", tmp_path / "x.recs")
    write = lambda name, text: (tmp_path / name).write_text(text) and tmp_path / name
    assert "quantity" in fit(write("number.csv", "user,item,quantity\na,b,1\nc,d,many\n"))
    assert "line 3" in fit(write("number.csv", "user,item,quantity\na,b,1\nc,d,many\n"))
    message = fit(write("column.csv", "customer,item\na,b\n"))
    assert '"user"' in message and "customer" in message
    assert "empty" in fit(write("empty.csv", "") or tmp_path / "empty.csv")
    assert "header" in fit(write("header.csv", "user,item\n"))
    assert "directory" in fit(tmp_path)
    assert "No such file" in fit(tmp_path / "missing.csv")
    packed = gzip.compress(LOG.encode() * 100)
    (tmp_path / "cut.csv.gz").write_bytes(packed[:len(packed) // 2])
    assert "truncated" in fit(tmp_path / "cut.csv.gz")
    (tmp_path / "whole.csv.gz").write_bytes(gzip.compress(LOG.encode()))
    recs("fit", tmp_path / "whole.csv.gz", "--out", tmp_path / "x.recs")


def test_lenient_reading_reports(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(LOG + "ada,teapot,2026-01-03,o1,many,20\n")
    refused("fit", bad, "--out", tmp_path / "x.recs")
    done = recs("fit", bad, "--lenient", "--out", tmp_path / "x.recs")
    assert "dropped 1 line" in done.stderr and "many" in done.stderr


def test_bad_models(tmp_path, model, log):
    assert "No such file" in refused("recommend", tmp_path / "missing", "--for", "ada")
    assert "not a librecs file" in refused("recommend", log, "--for", "ada")
    cut = tmp_path / "cut.recs"
    cut.write_bytes(model.read_bytes()[:-100])
    assert "truncated" in refused("recommend", cut, "--for", "ada")
    assert refused("recommend", model, "--for", "zoe") == 'recs: unknown user "zoe"'


def test_bad_usage(tmp_path, log, model):
    assert "needs --out" in refused("fit", log, code=2)
    assert "known" in refused("fit", log, "--scorer", "magic", "--out", tmp_path / "x")
    assert "known" in refused("fit", log, "--set", "colour=red", "--out", tmp_path / "x")
    assert "--format" in refused("recommend", model, "--for", "ada", "--format", "xml", code=2)
    assert "--n" in refused("recommend", model, "--for", "ada", "-n", "ten", code=2)
    assert "--for" in refused("recommend", model, code=2)
    table = tmp_path / "table.csv"
    table.write_text("user,x\na,1\nb,2\nc,9\n")
    assert "--scale" in refused("segment", table, "--scale", "tiny", code=2)


def test_what_events_weigh(tmp_path):
    """Types, returns and ratings by --set matrix.NAME=VALUE, as docs/guide-events.md has it."""
    path, model = tmp_path / "events.csv", tmp_path / "events.recs"
    path.write_text("user,item,event,weight\na,x,buy,1\na,y,view,5\nb,x,buy,1\nb,x,return,1\nb,y,view,1\nc,y,view,1\nc,x,buy,2\n")

    def scores(*settings):
        flags = [flag for setting in settings for flag in ("--set", f"matrix.{setting}")]
        recs("fit", path, "--scorer", "popularity", "--fallback", "none", "--out", model, *flags)
        rows = csv.DictReader(io.StringIO(recs("recommend", model, "--for", "a", "--include-seen", "--format", "csv").stdout))
        return {row["item"]: float(row["score"]) for row in rows}

    third, two = pytest.approx(1 / 3, abs=1e-4), pytest.approx(2 / 3, abs=1e-4)
    assert scores() == {"x": 1, "y": 1}
    assert scores("type_weights=return=-1,view=0") == {"x": two}  # b's purchase is taken back
    assert scores("type_weights=return=-1", "repeat=last", "center=both") == {"x": third, "y": two}  # above what user and item make likely
    assert "center is user, but repeat is binary" in refused("fit", path, "--set", "matrix.center=user", "--out", model)
    assert "buy" in refused("fit", path, "--set", "matrix.type_weights=buy", "--out", model)


def test_the_same_model_gives_the_same_bytes(tmp_path, log):
    paths = [tmp_path / f"{threads}.recs" for threads in (1, 2, 8)]
    for path, threads in zip(paths, (1, 2, 8)):
        recs("fit", log, "--threads", threads, "--out", path)
    assert len({path.read_bytes() for path in paths}) == 1


def test_evaluate_measures_a_scorer(log):
    answer = json.loads(recs("evaluate", log, "--scorer", "item-knn", "--split", "leave-last-out", "--at", "1,3",
                             "--format", "json").stdout)
    assert answer["scorer"] == "item-knn" and answer["users"] == 3 and answer["split"] == "leave-last-out"
    assert {"read", "fit", "score"} <= set(answer["timings"])
    assert {"hr@1", "hr@3", "ndcg@3", "recall@3", "precision@1", "map@3", "mrr@3", "auc", "coverage@3"} <= set(answer["metrics"])
    for name, (low, high) in answer["intervals"].items():
        if "nan" not in (low, answer["metrics"][name]):
            assert low <= answer["metrics"][name] <= high
    # Baskets are known: the default leaves out the last of them.
    assert json.loads(recs("evaluate", log, "--basket", "order", "--scorer", "popularity", "--format",
                           "json").stdout)["split"] == "leave-last-basket-out"
    rows = list(csv.DictReader(io.StringIO(recs("evaluate", log, "--scorer", "popularity", "--bootstrap", "50",
                                                "--format", "csv").stdout)))
    assert rows[0]["metric"] == "hr@5" and float(rows[0]["low"]) <= float(rows[0]["value"])


def test_evaluate_refuses_by_name(log):
    assert "known: leave-last-out, leave-last-basket-out, holdout, time, users" in refused(
        "evaluate", log, "--split", "last", code=2)
    assert "between 0 and 1" in refused("evaluate", log, "--split", "holdout=2", code=2)
    assert "train|train+valid" in refused("evaluate", log, "--fit", "all", code=2)
    assert "no scorer" in refused("evaluate", log, "--scorer", "magic")
    assert "only an order" in refused("evaluate", log, "--time-kind", "order", "--time", "quantity", "--split", "time=2026-01-10",
                                      "--scorer", "popularity")
    assert "cutoffs has" in refused("evaluate", log, "--at", "many", "--scorer", "popularity")
    assert "--level" in refused("evaluate", log, "--level", "2", code=2)


def test_tuning_and_comparing(log, tmp_path):
    answer = json.loads(recs("evaluate", log, "--scorer", "item-knn", "--split", "leave-last-out", "--tune", "4", "--metric",
                             "auc", "--against", "popularity", "--format", "json").stdout)
    assert len(answer["tuning"]["trials"]) == 5 and answer["tuning"]["trials"][0]["settings"] == ""
    assert answer["tuning"]["improved"] == (answer["settings"] != "")
    compared = answer["against"]["differences"]["ndcg@5"]
    assert compared["difference"] == pytest.approx(answer["metrics"]["ndcg@5"] - answer["against"]["metrics"]["ndcg@5"])
    assert 0 < compared["p"] <= 1 and "coverage@5" not in answer["against"]["differences"]
    recs("fit", log, "--scorer", "item-knn", "--tune", "3", "--split", "leave-last-out", "--out", tmp_path / "tuned.recs")
    recs("recommend", tmp_path / "tuned.recs", "--for", "ada")
    assert "known: hr@" in refused("evaluate", log, "--scorer", "item-knn", "--tune", "2", "--metric", "luck@3")


def test_off_policy_estimates(log, tmp_path):
    shown = tmp_path / "shown.csv"
    shown.write_text("user,item,reward,propensity,target\nada,lantern,1,0.5,0.75\nben,lantern,0,0.5,0.25\nnew,teacup,1,0.25,1\n")
    answer = json.loads(recs("evaluate", "--logged", shown, "--probability", "target", "--clip", "2", "--format", "json").stdout)
    estimates = {row["estimate"]: row["value"] for row in answer["estimates"]}
    assert estimates == pytest.approx({"ips": 5.5 / 3, "snips": 5.5 / 6, "clipped": 3.5 / 3})
    assert answer["impressions"] == 3 and answer["effective_size"] == pytest.approx(36 / 18.5)
    # The lists of a scorer: somebody new gets the popular items.
    answer = json.loads(recs("evaluate", log, "--scorer", "popularity", "--logged", shown, "-n", "1", "--format", "json").stdout)
    assert answer["scorer"] == "popularity" and answer["matched"] == 1
    assert "impression 2: the propensity is nan" in refused_text(tmp_path, "u,i,1,0.5,1\nu,i,1,,1\n")
    assert "no column" in refused("evaluate", "--logged", shown, "--probability", "nowhere")
    assert "needs either" in refused("evaluate", "--logged", shown, code=2)
    assert "needs EVENTS" in refused("evaluate", code=2)


def refused_text(tmp_path, lines):
    path = tmp_path / "bad.csv"
    path.write_text("user,item,reward,propensity,target\n" + lines)
    return refused("evaluate", "--logged", path, "--probability", "target")


STEPS = """user,item,event,time,visit
ada,teapot,view,2026-01-03T10:00,v1
ada,teapot,cart,2026-01-03T10:30,v1
ada,teapot,purchase,2026-01-04T10:30,v2
ben,teapot,view,2026-01-05,v3
ben,teacup,cart,2026-01-07,v4
cleo,teacup,view,2026-01-05,v5
dan,teacup,purchase,2026-02-10,v6
ada,teacup,view,2026-02-11,v7
"""


@pytest.fixture
def steps(tmp_path):
    path = tmp_path / "steps.csv"
    path.write_text(STEPS)
    return path


def test_funnel(steps, tmp_path):
    shown = json.loads(recs("funnel", steps, "--steps", "view, cart,purchase", "--format", "json",
                            "--out", tmp_path / "depths.csv").stdout)
    assert [row["users"] for row in shown["steps"]] == [3, 2, 1]
    assert [row["events"] for row in shown["steps"]] == [4, 2, 2]
    assert [row["step"] for row in shown["steps"]] == ["view", "cart", "purchase"]
    assert shown["steps"][1]["median_time"] == pytest.approx((0.5 + 48) / 2)
    assert shown["steps"][2]["of_previous"] == 0.5 and shown["steps"][2]["median_from_first"] == 24.5
    assert shown["steps"][0]["mean_time"] is None and shown["time_unit"] == "hours"
    assert (tmp_path / "depths.csv").read_text() == "user,steps\nada,3\nben,2\ncleo,1\n"
    within = json.loads(recs("funnel", steps, "--steps", "view,cart,purchase", "--window", "1d", "--hold", "item", "--unit",
                             "days", "--format", "json").stdout)
    assert [row["users"] for row in within["steps"]] == [3, 1, 0]
    assert "never happens" in recs("funnel", steps, "--steps", "view,refund").stderr


def test_funnel_by_group(steps, tmp_path):
    users = tmp_path / "users.csv"
    users.write_text("user,country,age\nada,UK,3\nben,DE,4\nnobody,FR,5\n")
    shown = json.loads(recs("funnel", steps, "--steps", "view,cart", "--users", users, "--by", "country", "--format", "json").stdout)
    assert [(row["group"], row["step"], row["users"]) for row in shown["steps"]] == [
        ("UK", "view", 1), ("UK", "cart", 1), ("DE", "view", 1), ("DE", "cart", 1)]


def test_funnel_refuses(steps):
    assert "step 2" in refused("funnel", steps, "--steps", "view,,cart")
    assert '--window is "3 years"' in refused("funnel", steps, "--steps", "view", "--window", "3 years", code=2)
    assert "--unit" in refused("funnel", steps, "--steps", "view", "--unit", "moons", code=2)
    assert "between" in refused("funnel", steps, "--steps", "view", "--between", "all", code=2)
    assert "--users FILE" in refused("funnel", steps, "--steps", "view", "--by", "country", code=2)
    assert "--steps" in refused("funnel", steps, code=2)


def test_retention(steps, tmp_path):
    shown = json.loads(recs("retention", steps, "--show", "users", "--format", "json", "--out", tmp_path / "cohorts.csv").stdout)
    assert shown["cohorts"] == [{"cohort": "2026-01-01", "size": 3, "complete": 1, "0": 3, "1": 1},
                                {"cohort": "2026-02-01", "size": 1, "complete": 0, "0": 1, "1": None}]
    assert "dan,2026-02-01\n" in (tmp_path / "cohorts.csv").read_text()
    weeks = json.loads(recs("retention", steps, "--period", "week", "--births", "purchase", "--returns", "view", "--format", "json").stdout)
    assert weeks["cohorts"][0] == {"cohort": "2025-12-29", "size": 1, "complete": 6, **{str(i): 0.0 for i in range(6)}, "6": 1.0}
    assert '"refund"' in refused("retention", steps, "--births", "refund")
    assert "--show" in refused("retention", steps, "--show", "all", code=2)
    assert "--periods" in refused("retention", steps, "--periods", "0", code=2)
    assert "zone" in refused("retention", steps, "--zone", "CET", code=2)


SHOPPERS = "user,visits,spend,kind\nu1,1,10,7\nu2,2,,7\nu3,2,30,7\nu4,4,20,7\nu5,,40,7\nu6,90,50,7\n"
PREPARATION = "indicate; impute=median; clip=iqr:1.5; log[spend]; scale=z"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(SHOPPERS)
    return path


def test_prepare(table, tmp_path):
    out, pipeline, again = tmp_path / "out.csv", tmp_path / "pipeline.recs", tmp_path / "again.csv"
    shown = json.loads(recs("prepare", table, "--steps", PREPARATION, "--save", pipeline, "--out", out, "--format", "json").stdout)
    assert [shown["rows"], shown["columns"], shown["steps"]] == [6, 5, PREPARATION]
    assert shown["findings"][2] == {"step": 2, "column": "visits", "found": "filled", "count": 1, "low": 2.0, "high": 2.0}
    assert shown["findings"][-1] == {"step": 5, "column": "kind", "found": "constant", "count": 6, "low": 7.0, "high": 1.0}
    rows = list(csv.DictReader(out.open()))
    assert list(rows[0]) == ["id", "visits", "spend", "kind", "visits_missing", "spend_missing"]
    assert [row["spend_missing"] for row in rows] == list("010000")
    assert abs(sum(float(row["spend"]) for row in rows)) < 1e-12
    turned = tmp_path / "turned.csv"  # the same columns in another order
    turned.write_text("".join(",".join(line.split(",")[::-1]) + "\n" for line in SHOPPERS.split()))
    recs("prepare", turned, "--id", "user", "--load", pipeline, "--out", again)
    assert again.read_text().splitlines()[1:] == out.read_text().splitlines()[1:]


def test_prepare_keeps_what_is_missing(table, tmp_path):
    out = tmp_path / "out.csv"
    recs("prepare", table, "--steps", "impute=keep", "--out", out)
    assert out.read_text().splitlines()[2] == "u2,2,,7"


def test_prepare_refuses(table, tmp_path):
    assert refused("prepare", table, "--steps", "scale=z").endswith('row 1, column "spend" is missing and no step fills it (u2)')
    assert 'step 2, "scales=z" at byte 12' in refused("prepare", table, "--steps", "impute=mean;scales=z")
    assert "either" in refused("prepare", table, code=2)
    assert "which table" in refused("prepare", "--steps", "log", code=2)
    pipeline = tmp_path / "pipeline.recs"
    recs("prepare", table, "--steps", "impute=mean", "--save", pipeline)
    assert '"kind"' in refused("prepare", table, "--load", pipeline, "--ignore", "kind")
    assert "--save" in refused("prepare", table, "--load", pipeline, "--save", pipeline, code=2)
    assert "the pipeline" in refused("prepare", table, "--load", table)
    table.write_text(SHOPPERS + "u7,many,1,7\n")
    assert refused("prepare", table, "--steps", "log").endswith('line 8: column visits: "many" is no number')


def test_prepare_lists_its_steps():
    listed = json.loads(recs("prepare", "--list", "--format", "json").stdout)["steps"]
    assert {"step": "scale=z", "what it does": "(x - mean) / standard deviation"} in listed
