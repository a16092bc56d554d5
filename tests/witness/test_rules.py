"""Itemsets and rules against mlxtend on a real shop's baskets, and against brute force on small random ones."""
import gzip
import itertools
import math
import os

import mlxtend.frequent_patterns as mlxtend
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

METRICS = {"support": 1, "confidence": 2, "lift": 3, "leverage": 4, "conviction": 5, "zhangs_metric": 6,
           "antecedent support": 7, "consequent support": 8}
ALL, CLOSED, MAXIMAL = 1, 2, 3
AUTO, APRIORI, ECLAT = 0, 1, 2


def mine(recs, baskets, threads=2, cpu_mask=0xFFFFFFFF, **options):
    matrix = recs.matrix(baskets, threads, cpu_mask)
    apriori = recs.make("recs_apriori", recs.lib.recs_apriori_create, matrix, recs.options("apriori", **options))
    return recs.make("recs_itemsets", recs.lib.recs_apriori_itemsets, apriori, recs.ffi.NULL, recs.ffi.NULL)


def itemsets_of(recs, itemsets):
    """Pairs of items and support, in the order given."""
    ffi, found = recs.ffi, []
    items, count, support = ffi.new("uint32_t **"), ffi.new("size_t *"), ffi.new("uint64_t *")
    for i in range(recs.lib.recs_itemsets_count(itemsets)):
        recs.ok(recs.lib.recs_itemsets_get(items, count, support, itemsets, i))
        found.append((tuple(recs.view(items[0], count[0], np.uint32).tolist()), support[0]))
    return found


def rules_of(recs, rules):
    """Antecedent, consequent and all metrics of each rule, in the order given."""
    ffi, found = recs.ffi, []
    left, left_count = ffi.new("uint32_t **"), ffi.new("size_t *")
    right, right_count, value = ffi.new("uint32_t **"), ffi.new("size_t *"), ffi.new("double *")
    for i in range(recs.lib.recs_rules_count(rules)):
        recs.ok(recs.lib.recs_rules_get(left, left_count, right, right_count, rules, i))
        metrics = {}
        for name, number in METRICS.items():
            recs.ok(recs.lib.recs_rules_metric(value, rules, i, number))
            metrics[name] = value[0]
        found.append((frozenset(recs.view(left[0], left_count[0], np.uint32).tolist()),
                      frozenset(recs.view(right[0], right_count[0], np.uint32).tolist()), metrics))
    return found


def make_rules(recs, itemsets, **options):
    return recs.make("recs_rules", recs.lib.recs_rules_create, itemsets, recs.options("rules", **options), recs.ffi.NULL,
                     recs.ffi.NULL)


@pytest.fixture(scope="module")
def orders():
    """Online Retail: an order a row, an item a column; returns and cancelled orders left out."""
    path = os.path.join(os.environ["RECS_SOURCE"], "examples/data/online-retail.csv.gz")
    log = pd.read_csv(gzip.open(path), dtype={"InvoiceNo": str, "StockCode": str}, encoding="utf-8")
    log = log[(log.Quantity > 0) & ~log.InvoiceNo.str.startswith("C")]
    baskets, items = pd.factorize(log.InvoiceNo)[0], pd.factorize(log.StockCode)[0]
    matrix = sp.coo_matrix((np.ones(len(log), np.float32), (baskets, items))).tocsr()
    matrix.data[:] = 1
    return matrix


def frame(matrix):
    return pd.DataFrame.sparse.from_spmatrix(matrix.astype(bool))


@pytest.fixture(scope="module")
def witness(orders):
    return mlxtend.apriori(frame(orders), min_support=0.01)


@pytest.mark.parametrize("algorithm", [AUTO, APRIORI, ECLAT])
def test_itemsets_of_a_shop(recs, orders, witness, algorithm):
    found = itemsets_of(recs, mine(recs, orders, min_support=0.01, algorithm=algorithm))
    expected = {tuple(sorted(row.itemsets)): round(row.support * orders.shape[0]) for row in witness.itertuples()}
    assert len(found) == len(expected) > 500
    assert dict(found) == expected
    assert [len(items) for items, _ in found] == sorted(len(items) for items, _ in found)


def test_rules_of_a_shop(recs, orders, witness):
    expected = mlxtend.association_rules(witness, num_itemsets=orders.shape[0], metric="support", min_threshold=0)
    expected = {(row["antecedents"], row["consequents"]): row for _, row in expected.iterrows()}
    found = rules_of(recs, make_rules(recs, mine(recs, orders, min_support=0.01), minimum=-math.inf))
    assert len(found) == len(expected) == 3176
    for left, right, metrics in found:
        row = expected[left, right]
        for name, value in metrics.items():
            assert value == pytest.approx(row[name], rel=1e-9, abs=1e-12), name
    lifts = [metrics["lift"] for _, _, metrics in found]
    assert lifts == sorted(lifts, reverse=True)


@pytest.mark.parametrize("metric,threshold", [("confidence", 0.5), ("leverage", 0.008), ("conviction", 2.0), ("support", 0.015),
                                              ("zhangs_metric", 0.97)])
def test_rules_by_every_metric(recs, orders, witness, metric, threshold):
    expected = mlxtend.association_rules(witness, num_itemsets=orders.shape[0], metric=metric, min_threshold=threshold)
    itemsets = mine(recs, orders, min_support=0.01)
    rules = make_rules(recs, itemsets, metric=METRICS[metric], minimum=threshold)
    found = {(left, right) for left, right, _ in rules_of(recs, rules)}
    assert found == {(row.antecedents, row.consequents) for row in expected.itertuples()}
    every = make_rules(recs, itemsets, metric=METRICS["support"], minimum=0)
    filtered = recs.make("recs_rules", recs.lib.recs_rules_filter, every, METRICS[metric], threshold, math.inf)
    assert found == {(left, right) for left, right, _ in rules_of(recs, filtered)}


def test_the_best_rules_are_the_first_of_all(recs, orders):
    itemsets = mine(recs, orders, min_support=0.01)
    every = rules_of(recs, make_rules(recs, itemsets, minimum=0))
    assert rules_of(recs, make_rules(recs, itemsets, minimum=0, max_rules=40)) == every[:40]
    right = next(iter(every[0][1]))
    only = [rule for rule in every if rule[1] == {right}]
    assert rules_of(recs, make_rules(recs, itemsets, minimum=0, consequent=right)) == only
    short = [rule for rule in every if len(rule[0]) == 1 and len(rule[1]) == 1]
    assert rules_of(recs, make_rules(recs, itemsets, minimum=0, max_antecedent=1, max_consequent=1)) == short
    resorted = recs.make("recs_rules", recs.lib.recs_rules_sort, make_rules(recs, itemsets, metric=1, minimum=0), 3)
    assert rules_of(recs, resorted) == every


def random_baskets(seed):
    """Small and dense, with a pattern that makes long sets, and some empty baskets."""
    random = np.random.default_rng(seed)
    shape = (int(random.integers(20, 90)), int(random.integers(4, 11)))
    dense = random.random(shape) < random.uniform(0.2, 0.7)
    dense[: shape[0] // 3, : shape[1] // 2] |= random.random((shape[0] // 3, shape[1] // 2)) < 0.9
    dense[random.random(shape[0]) < 0.1] = False
    return dense


def brute_force(dense, min_count):
    items, found = range(dense.shape[1]), {}
    for size in range(1, dense.shape[1] + 1):
        for combination in itertools.combinations(items, size):
            support = int(dense[:, combination].all(1).sum())
            if support >= min_count:
                found[combination] = support
    return found


def is_closed(items, support, found):
    return not any(len(other) == len(items) + 1 and support == count and set(items) < set(other)
                   for other, count in found.items())


def is_maximal(items, found):
    return not any(len(other) == len(items) + 1 and set(items) < set(other) for other in found)


@pytest.mark.parametrize("seed", range(25))
def test_brute_force(recs, seed):
    dense = random_baskets(seed)
    support = float(np.random.default_rng(seed).uniform(0.05, 0.5))
    min_count = math.ceil(support * int(dense.any(1).sum()) - 1e-9)
    everything = brute_force(dense, min_count)
    wanted = {ALL: everything,
              CLOSED: {items: count for items, count in everything.items() if is_closed(items, count, everything)},
              MAXIMAL: {items: count for items, count in everything.items() if is_maximal(items, everything)}}
    for kind, algorithm in itertools.product(wanted, (APRIORI, ECLAT)):
        options = {"min_support": support, "kind": kind, "algorithm": algorithm}
        found = itemsets_of(recs, mine(recs, sp.csr_matrix(dense, dtype=np.float32), **options))
        assert len(found) == len(dict(found)) and dict(found) == wanted[kind]
        found = itemsets_of(recs, mine(recs, sp.csr_matrix(dense, dtype=np.float32), min_size=2, max_size=3, **options))
        assert dict(found) == {items: count for items, count in wanted[kind].items() if 2 <= len(items) <= 3}


@pytest.mark.parametrize("kind", [ALL, CLOSED, MAXIMAL])
def test_same_answer_for_threads_processors_and_order_of_baskets(recs, orders, kind):
    answers = [itemsets_of(recs, mine(recs, orders, threads, mask, min_support=0.008, kind=kind))
               for threads, mask in [(1, 0xFFFFFFFF), (2, 0), (8, 1), (2, 0xFFFFFFFF)]]
    shuffled = orders[np.random.default_rng(1).permutation(orders.shape[0])]
    answers.append(itemsets_of(recs, mine(recs, shuffled, min_support=0.008, kind=kind)))
    assert all(answer == answers[0] for answer in answers)


def test_published_counts(recs, orders):
    """What two other miners find in these baskets."""
    assert (orders.shape, orders.nnz) == ((20728, 3941), 520750)
    for support, counts in [(0.01, (1840, 1840, 1348)), (0.005, (16352, 16254, 9975))]:
        found = [recs.lib.recs_itemsets_count(mine(recs, orders, min_support=support, kind=kind))
                 for kind in (ALL, CLOSED, MAXIMAL)]
        assert tuple(found) == counts


@pytest.mark.parametrize("seed", range(10))
def test_maximal_against_fpmax(recs, seed):
    dense = random_baskets(seed + 100)
    dense = dense[dense.any(1)]
    expected = mlxtend.fpmax(pd.DataFrame(dense), min_support=0.15)
    expected = {tuple(sorted(row.itemsets)): round(row.support * len(dense)) for row in expected.itertuples()}
    for algorithm in (APRIORI, ECLAT):
        baskets = sp.csr_matrix(dense, dtype=np.float32)
        assert dict(itemsets_of(recs, mine(recs, baskets, min_support=0.15, kind=MAXIMAL, algorithm=algorithm))) == expected
