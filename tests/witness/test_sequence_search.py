"""Measures of sequences against rapidfuzz and difflib; one against many and the index against each pair by itself."""
import difflib

import numpy as np
import pytest
from rapidfuzz.distance import DamerauLevenshtein, Indel, Jaro, JaroWinkler, LCSseq, Levenshtein, OSA

from test_sequences import mutate, random_pairs, shop_pairs, symbols


def longest_run(a, b):
    return difflib.SequenceMatcher(None, a, b, False).find_longest_match(0, len(a), 0, len(b)).size


def of_longer(function):
    return lambda a, b: function(a, b) / max(len(a), len(b)) if a or b else 1.0


WITNESSES = {
    "ratio": lambda a, b: difflib.SequenceMatcher(None, a, b).ratio(),
    "ratio_plain": lambda a, b: difflib.SequenceMatcher(None, a, b, False).ratio(),
    "lcs": LCSseq.similarity,
    "lcs_similarity": LCSseq.normalized_similarity,
    "indel_similarity": Indel.normalized_similarity,
    "levenshtein": Levenshtein.distance,
    "levenshtein_similarity": Levenshtein.normalized_similarity,
    "osa": OSA.distance,
    "osa_similarity": OSA.normalized_similarity,
    "damerau": DamerauLevenshtein.distance,
    "damerau_similarity": DamerauLevenshtein.normalized_similarity,
    "jaro": Jaro.similarity,
    "jaro_winkler": JaroWinkler.similarity,
    "run": longest_run,
    "run_similarity": of_longer(longest_run),
}
DISTANCES = {"levenshtein", "osa", "damerau"}


def measure(recs, name):
    number = recs.lib.recs_sequence_measure(name.encode())
    assert number > 0 and recs.ffi.string(recs.lib.recs_sequence_measure_name(number)).decode() == name
    assert recs.lib.recs_sequence_is_distance(number) == (name in DISTANCES)
    return number


def compare(recs, name, a, b):
    out = recs.ffi.new("double *")
    recs.ok(recs.lib.recs_sequence_compare(out, recs.context(), measure(recs, name), recs.array("uint32_t", a), len(a),
                                           recs.array("uint32_t", b), len(b)))
    return out[0]


def pieces(sequences):
    offsets = np.cumsum([0] + [len(s) for s in sequences]).astype(np.int64)
    return offsets, symbols(np.concatenate(sequences) if sequences else [])


def many(recs, name, b, sequences, cutoff, threads=0):
    offsets, flat = pieces(sequences)
    out = np.empty(len(sequences))
    recs.ok(recs.lib.recs_sequence_compare_many(recs.array("double", out), recs.context(threads), measure(recs, name), cutoff,
                                                recs.array("uint32_t", b), len(b), recs.array("int64_t", offsets),
                                                recs.array("uint32_t", flat), len(sequences)))
    return out


def test_every_measure_has_a_witness(recs):
    number, names = 1, []
    while recs.lib.recs_sequence_measure_name(number) != recs.ffi.NULL:
        names.append(recs.ffi.string(recs.lib.recs_sequence_measure_name(number)).decode())
        number += 1
    assert names == list(WITNESSES)
    assert recs.lib.recs_sequence_measure_name(0) == recs.ffi.NULL and recs.lib.recs_sequence_measure(b"cosine") == 0


@pytest.mark.parametrize("name", WITNESSES)
def test_pairs(recs, name):
    slow = name in ("ratio", "ratio_plain", "run", "run_similarity")
    for a, b in random_pairs(7, 150 if slow else 600):
        assert compare(recs, name, a, b) == pytest.approx(WITNESSES[name](a.tolist(), b.tolist()), rel=1e-14, abs=1e-14), (a, b)


@pytest.mark.parametrize("name", WITNESSES)
def test_pairs_of_few_kinds(recs, name):
    """Short sequences of two or three symbols: swaps, repeats, ties of every sort."""
    random = np.random.default_rng(5)
    for _ in range(1500):
        a, b = (symbols(random.integers(random.integers(1, 4), size=random.integers(0, 9))) for _ in range(2))
        assert compare(recs, name, a, b) == pytest.approx(WITNESSES[name](a.tolist(), b.tolist()), rel=1e-14, abs=1e-14), (a, b)


@pytest.mark.parametrize("name", WITNESSES)
def test_long_pairs(recs, name):
    random = np.random.default_rng(6)
    a = symbols(random.integers(400, size=1500))
    for b in (mutate(random, a, 0.05, 400), symbols(random.integers(30, size=700))):
        assert compare(recs, name, a, b) == pytest.approx(WITNESSES[name](a.tolist(), b.tolist()), rel=1e-14)


def corpus(seed, count, kinds):
    """Sequences of all lengths, some of them near copies of others."""
    random = np.random.default_rng(seed)
    made = []
    for i in range(count):
        if made and random.random() < 0.4:
            made.append(mutate(random, made[random.integers(len(made))], 0.1, kinds))
        else:
            made.append(symbols(random.zipf(1.4, random.choice([0, 1, 5, 20, 60, 100, 210, 300])) % kinds * 7919))
    return made


@pytest.mark.parametrize("name", WITNESSES)
def test_one_against_many(recs, name):
    sequences = corpus(8, 250, 50)
    for b in (sequences[3], sequences[10], symbols([]), symbols(np.arange(90)), symbols(np.arange(500) % 60)):
        wanted = np.array([compare(recs, name, a, b) for a in sequences])
        everything = np.inf if name in DISTANCES else 0
        assert (many(recs, name, b, sequences, everything) == wanted).all()
        cutoff = float(np.median(wanted))
        cut = np.where(wanted > cutoff, np.inf, wanted) if name in DISTANCES else np.where(wanted < cutoff, 0, wanted)
        assert (many(recs, name, b, sequences, cutoff) == cut).all()


def test_threads_measure_alike(recs):
    sequences = corpus(9, 9000, 300)
    one, two = (many(recs, "ratio", sequences[0], sequences, 0.1, threads) for threads in (1, 2))
    assert (one == two).all() and one.max() == 1


def search(recs, index, name, b, k, cutoff=0.0):
    rows, values, count = np.empty(max(k, 1), np.uint32), np.empty(max(k, 1)), recs.ffi.new("size_t *")
    recs.ok(recs.lib.recs_sequence_index_search(recs.array("uint32_t", rows), recs.array("double", values), count, index,
                                                measure(recs, name), recs.array("uint32_t", b), len(b), k, cutoff))
    return rows[:count[0]].tolist(), values[:count[0]].tolist()


def make_index(recs, sequences):
    offsets, flat = pieces(sequences)
    return recs.make("recs_sequence_index", recs.lib.recs_sequence_index_create, recs.context(), recs.array("int64_t", offsets),
                     recs.array("uint32_t", flat), len(sequences))


@pytest.mark.parametrize("kinds", [3, 40, 2000])
@pytest.mark.parametrize("name", [name for name in WITNESSES if name not in DISTANCES])
def test_index(recs, name, kinds):
    sequences = corpus(10 + kinds, 400, kinds)
    index = make_index(recs, sequences)
    assert recs.lib.recs_sequence_index_rows(index) == len(sequences)
    random = np.random.default_rng(kinds)
    for b in [sequences[5], sequences[77], symbols([]), symbols(random.integers(kinds, size=30)), symbols(np.arange(400) % 50 * 7919)]:
        values = many(recs, name, b, sequences, 0)
        order = [row for row in np.lexsort((np.arange(len(values)), -values)) if values[row] > 0 and len(b)
                 and set(sequences[row].tolist()) & set(b.tolist())]
        for k in (0, 1, 7, 1000):
            assert search(recs, index, name, b, k) == (order[:k], values[order[:k]].tolist())
        cutoff = float(np.quantile(values, 0.9))
        kept = [row for row in order if values[row] >= cutoff]
        assert search(recs, index, name, b, 1000, cutoff) == (kept, values[kept].tolist())


def test_index_of_the_shop(recs):
    sequences = [a for a, _ in shop_pairs()]
    index = make_index(recs, sequences)
    for row in range(0, len(sequences), 23):
        values = np.array([WITNESSES["ratio"](a.tolist(), sequences[row].tolist()) for a in sequences])
        rows, found = search(recs, index, "ratio", sequences[row], 5)
        assert rows == np.lexsort((np.arange(len(values)), -values))[:5].tolist()
        assert found == values[rows].tolist()
