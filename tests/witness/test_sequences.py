"""Sequences against Python's difflib (exactly) and rapidfuzz."""
import csv
import difflib
import gzip
import os
import tokenize
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import LCSseq, Levenshtein

LENGTHS = [0, 1, 2, 7, 20, 63, 64, 65, 128, 199, 200, 201, 256, 257, 400]


def symbols(values):
    return np.ascontiguousarray(values, dtype=np.uint32)


def mutate(random, a, rate, kinds):
    """A copy with symbols dropped, replaced and inserted."""
    out = []
    for symbol in a:
        draw = random.random()
        if draw < rate:
            continue
        out.append(int(random.integers(kinds)) if draw < 2 * rate else int(symbol))
        if draw > 1 - rate:
            out.append(int(random.integers(kinds)))
    return symbols(out)


def random_pairs(seed, count):
    random = np.random.default_rng(seed)
    for _ in range(count):
        kinds = int(random.choice([1, 2, 4, 20, 300, 5000]))
        a = symbols(random.zipf(1.3, random.choice(LENGTHS)) % kinds)
        if random.random() < 0.5:
            b = symbols(random.zipf(1.3, random.choice(LENGTHS)) % kinds)
        else:
            b = mutate(random, a, random.choice([0.02, 0.2]), kinds)
        yield a, b


def source_pairs():
    """Tokens of Python's own sources: real sequences with rare and popular symbols."""
    numbers = {}
    texts = []
    for name in ["difflib", "bisect", "heapq", "queue", "sched", "shlex", "textwrap", "string"]:
        with open(Path(difflib.__file__).with_name(f"{name}.py"), "rb") as file:
            tokens = [token.string for token in tokenize.tokenize(file.readline)][:1200]
        texts.append(symbols([numbers.setdefault(token, len(numbers)) for token in tokens]))
    for i, a in enumerate(texts):
        for b in texts[i:]:
            yield a, b


def shop_pairs():
    """What neighbouring customers of a real shop bought, in the order of the log."""
    customers, numbers = {}, {}
    path = Path(os.environ["RECS_SOURCE"]) / "examples/data/online-retail.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            bought = customers.setdefault(row["CustomerID"], [])
            if len(bought) < 1000:
                bought.append(numbers.setdefault(row["StockCode"], len(numbers)))
    texts = [symbols(bought) for bought in customers.values()][:300]
    return zip(texts, texts[1:])


def blocks(recs, a, b, autojunk):
    room = min(len(a), len(b)) + 1
    a_starts, b_starts, lengths = (np.empty(room, np.uintp) for _ in range(3))
    count = recs.ffi.new("size_t *")
    recs.ok(recs.lib.recs_sequence_blocks(recs.array("size_t", a_starts), recs.array("size_t", b_starts),
                                          recs.array("size_t", lengths), count, recs.context(),
                                          recs.array("uint32_t", a), len(a), recs.array("uint32_t", b), len(b),
                                          autojunk))
    return [tuple(map(int, block)) for block in zip(a_starts, b_starts, lengths)][:count[0]]


def number(recs, function, ctype, a, b, *rest):
    out = recs.ffi.new(f"{ctype} *")
    recs.ok(function(out, recs.context(), recs.array("uint32_t", a), len(a), recs.array("uint32_t", b), len(b), *rest))
    return out[0]


def compare_difflib(recs, pairs):
    for a, b in pairs:
        for autojunk in (0, 1):
            matcher = difflib.SequenceMatcher(None, a.tolist(), b.tolist(), bool(autojunk))
            assert number(recs, recs.lib.recs_sequence_ratio, "double", a, b, autojunk) == matcher.ratio()
            assert blocks(recs, a, b, autojunk) == [tuple(block) for block in matcher.get_matching_blocks()]


def compare_rapidfuzz(recs, pairs):
    for a, b in pairs:
        left, right = a.tolist(), b.tolist()
        assert number(recs, recs.lib.recs_sequence_lcs, "uint64_t", a, b) == LCSseq.similarity(left, right)
        assert number(recs, recs.lib.recs_sequence_levenshtein, "uint64_t", a, b) == Levenshtein.distance(left, right)


@pytest.mark.parametrize("seed", range(5))
def test_difflib_random(recs, seed):
    compare_difflib(recs, random_pairs(seed, 300))


def test_difflib_sources(recs):
    compare_difflib(recs, source_pairs())


def test_difflib_shop(recs):
    compare_difflib(recs, shop_pairs())


@pytest.mark.parametrize("seed", range(5))
def test_rapidfuzz_random(recs, seed):
    compare_rapidfuzz(recs, random_pairs(100 + seed, 1000))


def test_rapidfuzz_sources(recs):
    compare_rapidfuzz(recs, source_pairs())


def test_rapidfuzz_shop(recs):
    compare_rapidfuzz(recs, shop_pairs())


def test_rapidfuzz_long(recs):
    random = np.random.default_rng(7)
    a = symbols(random.integers(3000, size=20000))
    compare_rapidfuzz(recs, [(a, mutate(random, a, 0.05, 3000)), (a, symbols(random.integers(3000, size=9000)))])
