"""Every metric of rules against mlxtend, scipy, and arules' formulas written down again; redundancy and corrections against plain Python."""
import math

import mlxtend.frequent_patterns as mlxtend
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import scipy.stats

from test_rules import CLOSED, MAXIMAL, make_rules, mine, rules_of

CONFIDENCE, LIFT, FISHER, CHI_P = 2, 3, 16, 15
HOLM, BH = 2, 3
MLXTEND = {"antecedent support": "antecedent-support", "consequent support": "consequent-support", "zhangs_metric": "zhang"}


@pytest.fixture(scope="module")
def baskets():
    """Dense enough for rules of every kind, with an item in all baskets, one that another implies, and two that shun each other."""
    random = np.random.default_rng(3)
    dense = random.random((400, 9)) < [0.05, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    dense[:, 2] |= dense[:, 1]
    dense[:, 4] &= ~(dense[:, 3] & (random.random(400) < 0.8))
    return dense


@pytest.fixture(scope="module")
def rules(recs, baskets):
    itemsets = mine(recs, sp.csr_matrix(baskets, dtype=np.float32), min_count=4)
    return make_rules(recs, itemsets, minimum=-math.inf)


def names(recs):
    number, found = 1, {}
    while recs.lib.recs_rules_metric_name(number) != recs.ffi.NULL:
        found[recs.ffi.string(recs.lib.recs_rules_metric_name(number)).decode()] = number
        number += 1
    return found


def column(recs, rules, number):
    out = np.empty(recs.lib.recs_rules_count(rules))
    recs.ok(recs.lib.recs_rules_values(recs.ffi.cast("double *", out.ctypes.data), rules, 0, len(out), number))
    return out


def tables(recs, rules, baskets):
    """The four counts of each rule, counted in the baskets: with both, A alone, C alone, neither."""
    found = []
    for left, right, _ in rules_of(recs, rules):
        with_left, with_right = baskets[:, list(left)].all(1), baskets[:, list(right)].all(1)
        found.append([(with_left & with_right).sum(), (with_left & ~with_right).sum(), (~with_left & with_right).sum(),
                      (~with_left & ~with_right).sum()])
    return np.array(found, float)


def test_every_metric_of_mlxtend(recs, baskets, rules):
    frame = mlxtend.apriori(pd.DataFrame(baskets), min_support=4 / len(baskets))
    expected = mlxtend.association_rules(frame, num_itemsets=len(baskets), metric="support", min_threshold=0)
    expected = {(row["antecedents"], row["consequents"]): row for _, row in expected.iterrows()}
    sides = [(left, right) for left, right, _ in rules_of(recs, rules)]
    assert set(sides) == set(expected) and len(sides) == len(expected) > 1000
    checked = 0
    for name in expected[sides[0]].index.drop(["antecedents", "consequents"]):
        found = column(recs, rules, names(recs)[MLXTEND.get(name, name)])
        np.testing.assert_allclose(found, [expected[side][name] for side in sides], rtol=1e-9, atol=1e-12, err_msg=name)
        checked += 1
    assert checked == 12


def arules(f11, f10, f01, f00):
    """The interest measures of arules that the four counts give, as its manual defines them."""
    n, f1x, fx1, f0x, fx0 = f11 + f10 + f01 + f00, f11 + f10, f11 + f01, f01 + f00, f10 + f00
    odds = f11 * f00 / (f10 * f01)
    apart = (f11 * f00 - f10 * f01) / n

    def surprise(cell, row, col):
        return np.where(cell > 0, cell / n * np.log(n * np.maximum(cell, 1) / (row * col)), 0)

    def entropy(x):
        return -(x * np.log(x) + (1 - x) * np.log(1 - x))

    largest = np.maximum(fx1, fx0)
    together = surprise(f11, f1x, fx1) + surprise(f10, f1x, fx0)
    return {
        "added-value": f11 / f1x - fx1 / n,
        "cosine": f11 / np.sqrt(f1x * fx1),
        "doc": f11 / f1x - f01 / f0x,
        "gini": f1x / n * ((f11 / f1x) ** 2 + (f10 / f1x) ** 2) - (fx1 / n) ** 2
                + f0x / n * ((f01 / f0x) ** 2 + (f00 / f0x) ** 2) - (fx0 / n) ** 2,
        "imbalance": np.abs(f1x - fx1) / (f1x + fx1 - f11),
        "importance": np.log10((f11 + 1) * (f0x + 2) / ((f01 + 1) * (f1x + 2))),
        "kappa": (n * f11 + n * f00 - f1x * fx1 - f0x * fx0) / (n**2 - f1x * fx1 - f0x * fx0),
        "laplace": (f11 + 1) / (f1x + 2),
        "lerman": (f11 - f1x * fx1 / n) / np.sqrt(f1x * fx1 / n),
        "implication-index": (f10 - f1x * fx0 / n) / np.sqrt(f1x * fx0 / n),
        "mutual-information": (together + surprise(f01, f0x, fx1) + surprise(f00, f0x, fx0))
                              / np.minimum(entropy(f1x / n), entropy(fx1 / n)),
        "j-measure": together,
        "lambda": (np.maximum(f11, f10) + np.maximum(f01, f00) - largest) / (n - largest),
        "odds-ratio": odds,
        "phi": (n * f11 - f1x * fx1) / np.sqrt(f1x * fx1 * f0x * fx0),
        "rld": np.where(apart > 0, apart / (apart + np.minimum(f01, f10)), apart / (apart - np.minimum(f11, f00))),
        "rule-power-factor": f11 * f11 / f1x / n,
        "yules-q": (odds - 1) / (odds + 1),
        "yules-y": (np.sqrt(odds) - 1) / (np.sqrt(odds) + 1),
        "counterexample": (f11 - f10) / f11,
        "confirmed-confidence": (f11 - f10) / f1x,
        "sebag": (f1x - f10) / f10,
        "varying-liaison": (f1x - f10) / (f1x * fx1 / n) - 1,
        "ralambondrainy": f10 / n,
        "max-confidence": np.maximum(f11 / f1x, f11 / fx1),
        "relative-risk": (f11 / f1x) / (f01 / f0x),
        "hyper-lift": f11 / scipy.stats.hypergeom.ppf(0.99, n, fx1, f1x),
        "hyper-confidence": scipy.stats.hypergeom.cdf(f11 - 1, n, fx1, f1x),
    }


def test_measures_of_arules(recs, baskets, rules):
    table = tables(recs, rules, baskets)
    ordinary = (table > 0).all(1)  # no cell empty: no formula divides by 0
    assert ordinary.sum() > 500 and (~ordinary).sum() > 100
    for name, expected in arules(*table[ordinary].T).items():
        found = column(recs, rules, names(recs)[name])
        np.testing.assert_allclose(found[ordinary], expected, rtol=1e-9, atol=1e-12, err_msg=name)
        assert not np.isnan(found).any(), name


def test_tests_of_scipy(recs, baskets, rules):
    table = tables(recs, rules, baskets)
    chi, chi_p, fisher = (column(recs, rules, names(recs)[name]) for name in ("chi-squared", "chi-squared-p", "fishers-exact"))
    step = np.random.default_rng(1).permutation(len(table))[:400]
    for i in step:
        square = table[i].reshape(2, 2)
        exact = scipy.stats.fisher_exact(square.astype(int), alternative="greater").pvalue
        assert fisher[i] == pytest.approx(exact, rel=1e-9, abs=1e-300)
        if (square.sum(0) > 0).all() and (square.sum(1) > 0).all():
            expected = scipy.stats.chi2_contingency(square, correction=False)
            assert chi[i] == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
            assert chi_p[i] == pytest.approx(expected.pvalue, rel=1e-9)
        else:
            assert (chi[i], chi_p[i]) == (0, 1)


def test_small_p_values(recs):
    """A table far beyond chance, where the tail is not 1 less something."""
    dense = np.zeros((20000, 2), bool)
    dense[:900, 0] = dense[:400, 1] = dense[5000:5600, 1] = True
    dense[900:, :] |= False
    matrix = sp.csr_matrix(np.c_[dense, np.ones(20000, bool)], dtype=np.float32)
    found = make_rules(recs, mine(recs, matrix, min_count=300), consequent=1, max_antecedent=1, metric=FISHER, minimum=1)
    expected = scipy.stats.hypergeom.logsf(399, 20000, 1000, 900)
    assert expected < -600
    assert math.log(column(recs, found, FISHER)[0]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("test", [FISHER, CHI_P])
def test_corrections(recs, rules, test):
    raw, out = column(recs, rules, test), np.empty(recs.lib.recs_rules_count(rules))
    recs.ok(recs.lib.recs_rules_p_values(recs.ffi.cast("double *", out.ctypes.data), rules, test, BH, 0))
    np.testing.assert_allclose(out, scipy.stats.false_discovery_control(raw), rtol=1e-12)
    recs.ok(recs.lib.recs_rules_p_values(recs.ffi.cast("double *", out.ctypes.data), rules, test, HOLM, 0))
    order = np.argsort(raw, kind="stable")
    holm = np.minimum(1, np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)))
    np.testing.assert_allclose(out[order], holm, rtol=1e-12)


def test_redundant_rules(recs, rules):
    """As arules' is.redundant(), with the rule of nothing on the left among the rules."""
    some = recs.make("recs_rules", recs.lib.recs_rules_filter, rules, CONFIDENCE, 0.5, 1.0)
    kept = recs.make("recs_rules", recs.lib.recs_rules_prune, some, CONFIDENCE, 0.0)
    sides = [(left, right, metrics["confidence"], metrics["consequent support"]) for left, right, metrics in rules_of(recs, some)]
    by_right = {}
    for left, right, confidence, _ in sides:
        by_right.setdefault(right, []).append((left, confidence))
    expected = [(left, right) for left, right, confidence, share in sides
                if confidence > share and not any(other < left and value >= confidence for other, value in by_right[right])]
    assert [(left, right) for left, right, _ in rules_of(recs, kept)] == expected
    assert 10 < len(expected) < len(sides) / 2


@pytest.mark.parametrize("kind", [CLOSED, MAXIMAL])
def test_rules_of_closed_and_maximal(recs, baskets, kind):
    matrix = sp.csr_matrix(baskets, dtype=np.float32)
    given = mine(recs, matrix, min_count=20, kind=kind)
    held = recs.matrix(matrix, 2, 0xFFFFFFFF) if kind == MAXIMAL else recs.ffi.NULL
    found = {(left, right): metrics for left, right, metrics in
             rules_of(recs, make_rules(recs, given, minimum=-math.inf, baskets=held))}
    every = {(left, right): metrics for left, right, metrics in
             rules_of(recs, make_rules(recs, mine(recs, matrix, min_count=20), minimum=-math.inf))}
    assert 0 < len(found) <= len(every)
    assert all(every[side] == metrics for side, metrics in found.items())


def test_same_rules_for_any_number_of_threads(recs, baskets):
    matrix = sp.csr_matrix(baskets, dtype=np.float32)
    answers = [rules_of(recs, make_rules(recs, mine(recs, matrix, threads, min_count=8), minimum=0.9, max_rules=most))
               for most in (0, 50) for threads in (1, 2, 7)]
    assert answers[0] == answers[1] == answers[2] and answers[3] == answers[4] == answers[5] == answers[0][:50]
