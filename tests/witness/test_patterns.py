"""Sequential patterns and rules against a search by definition: every pattern that small sequences could have, matched element by element."""
import itertools
import math

import numpy as np
import pytest

ALL, CLOSED, MAXIMAL = 1, 2, 3
LIMITS = ["min_gap", "max_gap", "window", "min_gap_time", "max_gap_time", "window_time"]


def matches(pattern, sequence, limits):
    """Whether a sequence of (position, time, set) has the pattern, a tuple of tuples, within the limits."""
    def allowed(first, before, now):
        gap, time = now[0] - before[0], now[1] - before[1]
        span, span_time = now[0] - first[0], now[1] - first[1]
        return (gap >= limits["min_gap"] and time >= limits["min_gap_time"]
                and (limits["max_gap"] < 0 or gap <= limits["max_gap"])
                and (limits["max_gap_time"] < 0 or time <= limits["max_gap_time"])
                and (limits["window"] < 0 or span <= limits["window"])
                and (limits["window_time"] < 0 or span_time <= limits["window_time"]))

    def search(k, first, at):
        if k == len(pattern):
            return True
        return any(set(pattern[k]) <= sequence[e][2] and (k == 0 or allowed(first, sequence[at], sequence[e]))
                   and search(k + 1, sequence[e] if k == 0 else first, e) for e in range(at + 1, len(sequence)))
    return search(0, None, -1)


def contains(large, small):
    """Whether a pattern contains another, gaps aside."""
    found = 0
    for element in large:
        if found < len(small) and set(small[found]) <= set(element):
            found += 1
    return found == len(small)


def candidates(sequence, longest):
    """All patterns of up to so many items that a sequence has without limits."""
    found = {()}
    for _, _, items in sequence:
        parts = [part for size in range(1, len(items) + 1) for part in itertools.combinations(sorted(items), size)]
        found |= {pattern + (part,) for pattern in found for part in parts
                  if sum(map(len, pattern)) + len(part) <= longest}
    return found - {()}


def by_definition(sequences, floor, limits, longest=99):
    """{pattern: support} of all frequent ones."""
    possible = set().union(*(candidates(sequence, longest) for sequence in sequences)) if sequences else set()
    counted = {pattern: sum(matches(pattern, sequence, limits) for sequence in sequences) for pattern in possible}
    return {pattern: count for pattern, count in counted.items() if count >= floor}


def thin(patterns, kind):
    """Those that no other contains (closed: of the same support)."""
    return {pattern: count for pattern, count in patterns.items()
            if not any(other != pattern and contains(other, pattern) and (kind == MAXIMAL or patterns[other] == count)
                       for other in patterns)}


def store_of(recs, sequences, sets, threads=0):
    """A store of sequences of (position, time, set)."""
    items, elements, times, offsets = [], [], [], [0]
    for sequence in sequences:
        for number, (_, time, members) in enumerate(sequence):
            for item in members:
                items.append(item)
                elements.append(number)
                times.append(time)
        offsets.append(len(items))
    arrays = [np.array(values, dtype) for values, dtype in
              ((offsets, np.int64), (items, np.uint32), (elements, np.uint32), (times, np.int64))]
    return recs.make("recs_sequence_store", recs.lib.recs_sequence_store_create, recs.context(threads),
                     recs.array("int64_t", arrays[0]), len(sequences), recs.array("uint32_t", arrays[1]),
                     recs.array("uint32_t", arrays[2]) if sets else recs.ffi.NULL, recs.array("int64_t", arrays[3]))


def mine(recs, store, **options):
    return recs.make("recs_patterns", recs.lib.recs_patterns_mine, store, recs.options("patterns", **options), recs.ffi.NULL,
                     recs.ffi.NULL)


def as_pattern(items, elements, count):
    """Nested tuples of flat arrays."""
    return tuple(tuple(items[i] for i in group) for _, group in itertools.groupby(range(count), lambda i: elements[i]))


def listed(recs, patterns):
    """[(pattern, support)] in the order of the result."""
    items, elements = recs.ffi.new("uint32_t **"), recs.ffi.new("uint32_t **")
    count, support = recs.ffi.new("size_t *"), recs.ffi.new("uint64_t *")
    out = []
    for i in range(recs.lib.recs_patterns_count(patterns)):
        recs.ok(recs.lib.recs_patterns_get(items, elements, count, support, patterns, i))
        out.append((as_pattern(items[0], elements[0], count[0]), support[0]))
    return out


def random_case(random):
    """Sequences of sets, limits, and whether elements have several items."""
    kinds, sets = int(random.integers(1, 5)), bool(random.random() < 0.4)
    sequences = []
    for _ in range(random.integers(1, 7)):
        times = np.cumsum(random.integers(0, 4, size=random.integers(0, 5 if sets else 7)))
        sequences.append([(position, int(time), {int(item) for item in random.integers(kinds, size=random.integers(1, 4) if sets else 1)})
                          for position, time in enumerate(times)])
    limits = {name: (0 if name.startswith("min") else -1) for name in LIMITS}
    for name in LIMITS:
        if random.random() < 0.3:
            limits[name] = int(random.integers(0, 4))
    for low, high in (("min_gap", "max_gap"), ("min_gap_time", "max_gap_time")):
        if 0 <= limits[high] < limits[low]:
            limits[low] = limits[high]
    return sequences, limits if random.random() < 0.8 else dict.fromkeys(LIMITS, -1) | {"min_gap": 0, "min_gap_time": 0}, sets


@pytest.mark.parametrize("seed", range(8))
def test_by_definition(recs, seed):
    """All, closed and maximal patterns of small random logs, in their order; filters; the best k."""
    random = np.random.default_rng(seed)
    for _ in range(250):
        sequences, limits, sets = random_case(random)
        floor = int(random.integers(1, 4))
        store = store_of(recs, sequences, sets)
        expected = by_definition(sequences, floor, limits)
        found = listed(recs, mine(recs, store, min_count=floor, **limits))
        assert dict(found) == expected, (sequences, limits)
        assert [support for _, support in found] == sorted(expected.values(), reverse=True)
        for kind in (CLOSED, MAXIMAL):
            assert dict(listed(recs, mine(recs, store, min_count=floor, kind=kind, **limits))) == thin(expected, kind), (sequences, limits)
        check_filters(recs, random, store, floor, limits, found)
        check_rules(recs, store, floor, limits, dict(found), sum(len(sequence) > 0 for sequence in sequences))


@pytest.mark.parametrize("limits", [{}, {"min_gap": 2}, {"window": 15, "min_gap": 2}, {"max_gap_time": 120}])
@pytest.mark.parametrize("sets", [False, True])
def test_longer_by_definition(recs, limits, sets):
    """Sequences so long that what a prefix leaves of them is copied on the way."""
    random = np.random.default_rng(11)
    limits = {name: (0 if name.startswith("min") else -1) for name in LIMITS} | limits
    sequences = [[(position, 10 * position, set(random.integers(12, size=random.integers(1, 3) if sets else 1))) for position in range(24)]
                 for _ in range(6)]
    expected = by_definition(sequences, 3, limits, longest=3)
    store = store_of(recs, sequences, sets)
    assert dict(listed(recs, mine(recs, store, min_count=3, max_length=3, **limits))) == expected
    assert len(expected) > 50


def items_of(pattern):
    return [item for element in pattern for item in element]


def check_filters(recs, random, store, floor, limits, found):
    item, top, shortest = int(random.integers(4)), int(random.integers(1, 6)), int(random.integers(1, 3))
    listed_item = recs.ffi.new("uint32_t[]", [item])
    filtered = listed(recs, mine(recs, store, min_count=floor, min_length=shortest, max_length=3, exclude=listed_item, exclude_count=1,
                                 **limits))
    assert filtered == [(p, s) for p, s in found if shortest <= len(items_of(p)) <= 3 and item not in items_of(p)]
    held = listed(recs, mine(recs, store, min_count=floor, contain=listed_item, contain_count=1, top_k=top, **limits))
    assert held == [(p, s) for p, s in found if item in items_of(p)][:top]


def check_rules(recs, store, floor, limits, found, total):
    patterns = mine(recs, store, min_count=floor, **limits)
    rules = recs.make("recs_pattern_rules", recs.lib.recs_pattern_rules_create, patterns,
                      recs.options("pattern_rules", min_confidence=0.0, max_consequent=0))
    expected = {(pattern[:cut], pattern[cut:]) for pattern in found for cut in range(1, len(pattern))}
    items, elements = recs.ffi.new("uint32_t **"), recs.ffi.new("uint32_t **")
    cut, count, support, antecedent = (recs.ffi.new(f"{ctype} *") for ctype in ("size_t", "size_t", "uint64_t", "uint64_t"))
    confidence, lift = recs.ffi.new("double *"), recs.ffi.new("double *")
    before = math.inf
    for i in range(recs.lib.recs_pattern_rules_count(rules)):
        recs.ok(recs.lib.recs_pattern_rules_get(items, elements, cut, count, rules, i))
        recs.ok(recs.lib.recs_pattern_rules_measures(support, antecedent, confidence, lift, rules, i))
        left = as_pattern(items[0], elements[0], cut[0])
        right = as_pattern(items[0][cut[0]:count[0]], elements[0][cut[0]:count[0]], count[0] - cut[0])
        expected.remove((left, right))
        assert support[0] == found[left + right] and antecedent[0] == found[left]
        assert math.isclose(confidence[0], found[left + right] / found[left])
        assert math.isclose(lift[0], confidence[0] / (found[right] / total))
        assert confidence[0] <= before
        before = confidence[0]
    assert not expected


def a_log(seed, users=400, items=30):
    random = np.random.default_rng(seed)
    return [[(position, position * 10, {int(item)}) for position, item in enumerate(random.zipf(1.4, random.integers(0, 25)) % items)]
            for _ in range(users)]


@pytest.mark.parametrize("limits", [{}, {"max_gap": 2}, {"min_gap": 2, "window": 6}, {"window_time": 40}])
def test_threads_and_order(recs, limits):
    """The same for any number of threads, and for users in any order."""
    sequences = a_log(1)
    expected = listed(recs, mine(recs, store_of(recs, sequences, False, 1), min_count=8, **limits))
    assert len(expected) > 300
    shuffled = [sequences[i] for i in np.random.default_rng(2).permutation(len(sequences))]
    for threads, order in ((2, sequences), (5, sequences), (1, shuffled), (3, shuffled)):
        for kind in (ALL, CLOSED):
            found = listed(recs, mine(recs, store_of(recs, order, False, threads), min_count=8, kind=kind, **limits))
            assert found == (expected if kind == ALL else [one for one in expected if one in found])
        best = listed(recs, mine(recs, store_of(recs, order, False, threads), min_count=1, top_k=70, **limits))
        assert best == expected[:70]


@pytest.mark.parametrize("limits", [{}, {"max_gap": 3}])
def test_budget(recs, limits):
    """Out of room, the result is that of a larger least count, the same for any number of threads."""
    sequences = a_log(3)
    whole = listed(recs, mine(recs, store_of(recs, sequences, False, 1), min_count=3, **limits))
    room = sum(32 + 8 * len(pattern) for pattern, _ in whole) // 5
    results = []
    for threads in (1, 4):
        patterns = mine(recs, store_of(recs, sequences, False, threads), min_count=3, max_bytes=room, **limits)
        asked, complete = recs.ffi.new("uint64_t *"), recs.ffi.new("uint64_t *")
        recs.ok(recs.lib.recs_patterns_complete(asked, complete, patterns))
        assert asked[0] == 3 and complete[0] > 3
        results.append(listed(recs, patterns))
        assert results[-1] == [(pattern, support) for pattern, support in whole if support >= complete[0]]
        assert len(results[-1]) > 0
        below = [(pattern, support) for pattern, support in whole if support >= complete[0] - 1]
        assert sum(32 + 8 * len(pattern) for pattern, _ in below) > room
    assert results[0] == results[1]


def test_next_step(recs):
    """What comes next, by the definition: rules whose X the history has, the next event right behind it."""
    random = np.random.default_rng(5)
    for _ in range(150):
        sequences, limits, _ = random_case(random)
        limits = limits | {"min_gap_time": 0, "max_gap_time": -1, "window_time": -1}
        sequences = [[(position, time, {min(members)}) for position, time, members in sequence] for sequence in sequences]
        patterns = mine(recs, store_of(recs, sequences, False), min_count=1, **limits)
        rules = recs.make("recs_pattern_rules", recs.lib.recs_pattern_rules_create, patterns,
                          recs.options("pattern_rules", min_confidence=0.0))
        history = random.integers(4, size=random.integers(1, 6)).astype(np.uint32)
        supports = dict(listed(recs, patterns))
        expected = {}
        for pattern, support in supports.items():
            ahead = [(place, 0, {int(item)}) for place, item in enumerate(history)] + [(len(history), 0, {-1})]
            if len(pattern) > 1 and matches(pattern[:-1] + ((-1,),), ahead, limits):
                item = pattern[-1][0]
                expected[item] = max(expected.get(item, 0), support / supports[pattern[:-1]])
        items, confidences, count = np.empty(9, np.uint32), np.empty(9), recs.ffi.new("size_t *")
        recs.ok(recs.lib.recs_pattern_rules_next(recs.array("uint32_t", items), recs.array("double", confidences), recs.ffi.NULL, count,
                                                 rules, recs.array("uint32_t", history), len(history), 9))
        found = list(zip(items[:count[0]].tolist(), confidences[:count[0]].tolist()))
        assert found == sorted(expected.items(), key=lambda one: (-one[1], one[0]))
