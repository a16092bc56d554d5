"""Limits, constraints, taxonomies, counts and streams of itemsets against brute force on thousands of small random logs."""
import itertools
import math

import numpy as np
import pytest
import scipy.sparse as sp

ALL, CLOSED, MAXIMAL = 1, 2, 3
AUTO, APRIORI, ECLAT = 0, 1, 2
CUT_NONE, CUT_TOP, CUT_MEMORY, CUT_TIME = 0, 1, 2, 3
CANCELLED = -7


class Miner:
    """One matrix of baskets, mined with options; arrays are lists of rows."""

    def __init__(self, recs, dense, threads=2, cpu_mask=0xFFFFFFFF, **options):
        self.recs, self.kept = recs, []
        arrays = {}
        for name in ("contains", "excludes"):
            arrays[name] = self.array(options.pop(name, []))
            arrays[name + "_count"] = len(arrays[name])
        pairs = options.pop("taxonomy", [])
        arrays["taxonomy_items"] = self.array([item for item, _ in pairs])
        arrays["taxonomy_parents"] = self.array([parent for _, parent in pairs])
        arrays["taxonomy_count"] = len(pairs)
        matrix = recs.matrix(sp.csr_matrix(dense, dtype=np.float32), threads, cpu_mask)
        self.handle = recs.make("recs_apriori", recs.lib.recs_apriori_create, matrix,
                                recs.options("apriori", **arrays, **options))

    def array(self, rows):
        self.kept.append(self.recs.ffi.new("uint32_t[]", list(rows)))
        return self.kept[-1]

    def itemsets(self):
        """Pairs of items and support in the order given, and the information on them."""
        recs, ffi = self.recs, self.recs.ffi
        handle = recs.make("recs_itemsets", recs.lib.recs_apriori_itemsets, self.handle, ffi.NULL, ffi.NULL)
        items, count, support = ffi.new("uint32_t **"), ffi.new("size_t *"), ffi.new("uint64_t *")
        found = []
        for i in range(recs.lib.recs_itemsets_count(handle)):
            recs.ok(recs.lib.recs_itemsets_get(items, count, support, handle, i))
            found.append((tuple(recs.view(items[0], count[0], np.uint32).tolist()), support[0]))
        numbers = [ffi.new("int32_t *") for _ in range(3)] + [ffi.new("uint64_t *")]
        recs.ok(recs.lib.recs_itemsets_info(*numbers, handle))
        assert len(dict(found)) == len(found) and [len(i) for i, _ in found] == sorted(len(i) for i, _ in found)
        return found, dict(zip(("kind", "algorithm", "cut", "complete_from"), (n[0] for n in numbers)))

    def count(self):
        out = self.recs.ffi.new("uint64_t *")
        self.recs.ok(self.recs.lib.recs_apriori_count(out, self.handle, self.recs.ffi.NULL, self.recs.ffi.NULL))
        return out[0]

    def stream(self, most=None):
        found = []

        @self.recs.ffi.callback("int32_t(void *, const uint32_t *, size_t, uint64_t)")
        def told(_payload, items, count, support):
            found.append((tuple(items[i] for i in range(count)), support))
            return len(found) == most

        status = self.recs.lib.recs_apriori_stream(self.handle, told, self.recs.ffi.NULL)
        return status, found


def random_log(seed, items=7):
    """Baskets of whole quantities; some are alike, some empty."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 40))
    dense = (rng.random((count, items)) < rng.uniform(0.15, 0.9, items)) * rng.integers(1, 5, (count, items))
    if count > 4 and rng.random() < 0.5:
        dense[count // 2:] = dense[rng.integers(0, 3, count - count // 2)]
    return dense


def admissible(items, above):
    return not any(b in above.get(a, ()) for a in items for b in items)


def supports_of(has, above=None):
    """The support of every set that is in some basket."""
    found = {}
    for basket in has:
        present = np.flatnonzero(basket).tolist()
        for size in range(1, len(present) + 1):
            for items in itertools.combinations(present, size):
                if above is None or admissible(items, above):
                    found[items] = found.get(items, 0) + 1
    return found


def of_kind(frequent, kind):
    if kind == ALL:
        return dict(frequent)
    covered = set()
    for items, support in frequent.items():
        for k in range(len(items)):
            subset = items[:k] + items[k + 1:]
            if subset and (kind == MAXIMAL or frequent[subset] == support):
                covered.add(subset)
    return {items: support for items, support in frequent.items() if items not in covered}


def wanted_sets(dense, kind, least, contains=(), excludes=(), min_size=1, max_size=99, above=None, min_value=0.5):
    frequent = {items: n for items, n in supports_of(dense >= min_value, above).items() if n >= least}
    return {items: n for items, n in of_kind(frequent, kind).items()
            if min_size <= len(items) <= max_size and set(contains) <= set(items) and not set(excludes) & set(items)}


def ranked(sets):
    return sorted(sets.items(), key=lambda pair: (-pair[1], len(pair[0]), pair[0]))


SEEDS = range(120)
PLANS = list(itertools.product((ALL, CLOSED, MAXIMAL), (AUTO, APRIORI)))


@pytest.mark.parametrize("seed", SEEDS)
def test_constraints(recs, seed):
    dense, rng = random_log(seed), np.random.default_rng(seed + 1000)
    least, bounds = int(rng.integers(1, 6)), sorted(rng.integers(1, 6, 2).tolist())
    chosen = rng.permutation(7)[:4].tolist()
    contains, excludes = chosen[:int(rng.integers(0, 3))], chosen[3:] if rng.random() < 0.6 else []
    options = {"contains": contains, "excludes": excludes}
    if rng.random() < 0.5:
        options |= {"min_size": bounds[0], "max_size": bounds[1]}
    if rng.random() < 0.3:
        options |= {"min_value": 2.0}
    for kind, algorithm in PLANS:
        expected = wanted_sets(dense, kind, least, **options)
        miner = Miner(recs, dense, kind=kind, algorithm=algorithm, min_count=least, **options)
        found, info = miner.itemsets()
        assert dict(found) == expected
        assert info == {"kind": kind, "algorithm": algorithm or ECLAT, "cut": CUT_NONE, "complete_from": least}
        assert miner.count() == len(expected)
        status, told = miner.stream()
        assert status == 0 and len(told) == len(expected) and dict(told) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_top_k(recs, seed):
    dense, rng = random_log(seed), np.random.default_rng(seed + 2000)
    k, least, min_size = int(rng.integers(1, 40)), int(rng.choice([1, 1, 3])), int(rng.integers(1, 4))
    for kind, algorithm in PLANS:
        order = ranked(wanted_sets(dense, kind, least, min_size=min_size))
        miner = Miner(recs, dense, kind=kind, algorithm=algorithm, min_count=least, min_size=min_size, top_k=k)
        found, info = miner.itemsets()
        assert dict(found) == dict(order[:k])
        assert info["cut"] == (CUT_TOP if len(order) > k else CUT_NONE)
        check_complete(found, info, order)
        assert miner.count() == len(found) and dict(miner.stream()[1]) == dict(found)


def check_complete(found, info, order):
    assert {items: n for items, n in order if n >= info["complete_from"]} == {
        items: n for items, n in found if n >= info["complete_from"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_memory_budget(recs, seed):
    dense, rng = random_log(seed), np.random.default_rng(seed + 3000)
    budget = int(rng.integers(0, 6000))
    for kind in (ALL, CLOSED, MAXIMAL):
        order = ranked(wanted_sets(dense, kind, 2))
        answers = [Miner(recs, dense, threads, kind=kind, min_count=2, budget_bytes=budget + 1).itemsets()
                   for threads in (1, 2, 5)]
        found, info = answers[0]
        assert all(sorted(a[0]) == sorted(found) and a[1] == info for a in answers)
        assert dict(found) == dict(order[:len(found)]), "what is worth most is kept"
        assert sum(8 * len(items) + 48 for items, _ in found) <= budget + 1
        assert (info["cut"] == CUT_MEMORY) == (len(found) < len(order))
        check_complete(found, info, order)


@pytest.mark.parametrize("seed", SEEDS)
def test_taxonomy(recs, seed):
    """Items 0 to 6, categories 7 to 9 above some of them, 10 above 7 and 8."""
    dense, rng = random_log(seed), np.random.default_rng(seed + 4000)
    pairs = [(item, int(rng.integers(7, 10))) for item in range(7) if rng.random() < 0.7] + [(7, 10), (8, 10)]
    above = {item: {parent} for item, parent in pairs}
    for item, parents in above.items():
        if parents & {7, 8}:
            parents.add(10)
    wide = np.zeros((len(dense), 11), int)
    wide[:, :7] = dense
    for item in range(7):
        for parent in above.get(item, ()):
            wide[dense[:, item] > 0, parent] = 1
    for kind, algorithm in PLANS:
        expected = wanted_sets(wide, kind, 3, above=above)
        found, _ = Miner(recs, dense, kind=kind, algorithm=algorithm, min_count=3, taxonomy=pairs).itemsets()
        assert dict(found) == expected
        found, _ = Miner(recs, dense, kind=kind, algorithm=algorithm, min_count=3, taxonomy=pairs, contains=[10]).itemsets()
        assert dict(found) == {items: n for items, n in expected.items() if 10 in items}


@pytest.mark.parametrize("kind", (ALL, CLOSED, MAXIMAL))
def test_time_budget(recs, kind):
    """With time enough nothing is missing; with none what there is is complete from a support on."""
    dense = (np.random.default_rng(3).random((400, 18)) < 0.4).astype(int)
    everything = dict(Miner(recs, dense, kind=kind, min_count=8).itemsets()[0])
    found, info = Miner(recs, dense, kind=kind, min_count=8, budget_seconds=600.0).itemsets()
    assert dict(found) == everything and info["cut"] == CUT_NONE and info["complete_from"] == 8
    found, info = Miner(recs, dense, kind=kind, min_count=8, budget_seconds=1e-9).itemsets()
    assert info["cut"] == CUT_TIME and info["complete_from"] > 8 and len(found) < len(everything)
    if kind != MAXIMAL:
        check_complete(found, info, list(everything.items()))


def test_explosions_are_stopped(recs):
    """Two hundred baskets alike, of 300 items: 2^300 itemsets."""
    alike = np.ones((200, 300))
    assert Miner(recs, alike, min_count=2).count() == 2**64 - 1
    found, info = Miner(recs, alike, min_count=2, budget_bytes=4_000_000).itemsets()
    assert info["cut"] == CUT_MEMORY and info["complete_from"] == 201
    assert len(found) == 300 + 300 * 299 // 2 and {n for _, n in found} == {200}, "the single items and the pairs"
    found, _ = Miner(recs, alike, min_count=2, top_k=302).itemsets()
    assert sorted(items for items, _ in found) == sorted([(i,) for i in range(300)] + [(0, 1), (0, 2)])
    found, info = Miner(recs, alike, min_count=2, kind=CLOSED).itemsets()
    assert found == [(tuple(range(300)), 200)]


def test_a_level_without_end_is_left(recs):
    """One basket has all items, so that sets of a single basket are beyond number: others are found all the same."""
    dense = (np.random.default_rng(2).random((300, 400)) < 0.02).astype(int)
    dense[0] = 1
    expected = {items: n for items, n in Miner(recs, dense, min_count=3).itemsets()[0]}
    for options in ({"budget_bytes": 200_000}, {"top_k": 1500}):
        found, info = Miner(recs, dense, min_count=1, **options).itemsets()
        assert info["cut"] != CUT_NONE and info["complete_from"] > 2
        check_complete([(i, n) for i, n in found if n >= 3], info, list(expected.items()))


def test_a_stream_can_be_stopped(recs):
    status, told = Miner(recs, random_log(5), min_count=1).stream(most=3)
    assert status == CANCELLED and len(told) == 3 and "told the itemsets" in recs.error()


@pytest.mark.parametrize("options, word", [
    ({"contains": [7]}, "contains[0] is 7"), ({"excludes": [0, 9]}, "excludes[1] is 9"),
    ({"contains": [2], "excludes": [2]}, "item 2 is to be contained and excluded"),
    ({"taxonomy": [(0, 1), (1, 0)]}, "item 0 above itself"), ({"taxonomy": [(3, 3)]}, "item 3 above itself"),
    ({"algorithm": APRIORI, "budget_bytes": 1}, "apriori keeps no budget"),
    ({"taxonomy": [(0, 1)], "kind": CLOSED, "budget_seconds": 1.0}, "keep no budget"),
    ({"budget_seconds": math.nan}, "budget_seconds"), ({"min_value": -1.0}, "min_value"),
])
def test_refusals(recs, options, word):
    with pytest.raises(AssertionError) as refusal:
        Miner(recs, random_log(1), **options)
    assert word in str(refusal.value)


def large_log(items, rows, longest, patterns):
    """Baskets of up to `longest` items, the lower ones likelier; or, with `patterns`, each one of so many baskets."""
    rng = np.random.default_rng(items)
    lengths = rng.integers(0, longest + 1, patterns or rows)
    columns = (items * rng.random(lengths.sum()) ** 1.5).astype(np.int64)
    log = sp.csr_matrix((np.ones(len(columns), np.float32), (np.repeat(np.arange(len(lengths)), lengths), columns)),
                        (len(lengths), items))
    log = log[rng.integers(patterns, size=rows)] if patterns else log
    log.data[:] = rng.random(log.nnz) < 0.97  # some entries say that there is nothing
    return log


@pytest.mark.parametrize("items, rows, longest, patterns, least", [
    (60, 40_000, 20, 0, 2400), (60, 40_000, 25, 500, 2400), (900, 90_000, 20, 0, 100), (900, 40_000, 20, 3000, 100), (9000, 16_000, 60, 0, 9)])
def test_many_baskets(recs, items, rows, longest, patterns, least):
    """Large enough that threads share the reading; rows of few codes and of many, short and long, merged and apart."""
    log = large_log(items, rows, longest, patterns)
    together = (log.T @ log).tocoo()
    expected = {tuple(sorted({i, j})): support for i, j, support in zip(together.row.tolist(), together.col.tolist(), together.data.tolist())
                if support >= least}
    assert any(len(pair) == 2 for pair in expected)
    first, _ = Miner(recs, log, 1, min_count=least, max_size=2).itemsets()
    assert dict(first) == expected
    assert Miner(recs, log, 3, min_count=least, max_size=2).itemsets()[0] == first
