"""Similarity of two sequences: difflib's ratio, the longest common subsequence, Levenshtein's distance."""
import difflib

import numpy as np

import compare
import library
from harness import Contest, Peer, case

SYMBOLS = 40


def sequences(count):
    """Sequences of 10 to 120 symbols, each related to the one before it."""
    random = np.random.default_rng(9)
    made = [random.integers(SYMBOLS, size=60)]
    while len(made) < count:
        kept = made[-1][random.random(len(made[-1])) < 0.8]
        fresh = random.integers(SYMBOLS, size=random.integers(0, 40))
        joined = np.insert(kept, random.integers(0, len(kept) + 1), fresh)[:120]
        made.append(joined if len(joined) >= 10 else random.integers(SYMBOLS, size=60))
    return [values.astype(np.uint32) for values in made]


class Pairs:
    """All ordered pairs of some sequences, as each side likes them best: C arrays, and strings of one character a symbol."""

    def __init__(self, count, threads):
        recs = self.recs = library.load()
        self.arrays = sequences(count)
        self.texts = ["".join(chr(0x100 + symbol) for symbol in values) for values in self.arrays]
        self.pointers = [(recs.array("uint32_t", values), len(values)) for values in self.arrays]
        self.context = recs.context(threads)

    def ours(self, function, ctype, *rest):
        """The function for each pair, as an array."""
        out, results = self.recs.ffi.new(f"{ctype} *"), []
        for a, a_count in self.pointers:
            for b, b_count in self.pointers:
                function(out, self.context, a, a_count, b, b_count, *rest)
                results.append(out[0])
        return np.array(results)

    def theirs(self, function):
        return np.array([function(a, b) for a in self.texts for b in self.texts])


def same(ours, theirs):
    return compare.same_values(ours, np.asarray(theirs).ravel(), 1e-12)


@case("sequence-ratio")
def ratio(settings):
    pairs = Pairs(40 if settings.quick else 100, settings.threads)
    lib = pairs.recs.lib
    yield Contest(f"{len(pairs.texts) ** 2:,} pairs of 10 to 120 symbols", lambda: pairs.ours(lib.recs_sequence_ratio, "double", 1), {
        "difflib": Peer(lambda: pairs.theirs(lambda a, b: difflib.SequenceMatcher(None, a, b).ratio()), same)})


def pieces(arrays):
    """Offsets and symbols."""
    return np.cumsum([0] + [len(a) for a in arrays]).astype(np.int64), np.concatenate(arrays).astype(np.uint32)


def all_pairs(pairs, measure):
    """Everyone against everyone, a call for each."""
    recs, (offsets, symbols) = pairs.recs, pieces(pairs.arrays)
    number, everything = recs.lib.recs_sequence_measure(measure), float("inf") if b"levenshtein" == measure else 0
    out = np.empty((len(pairs.arrays), len(pairs.arrays)))
    for i, (b, b_count) in enumerate(pairs.pointers):
        recs.ok(recs.lib.recs_sequence_compare_many(recs.array("double", out[i]), pairs.context, number, everything, b, b_count,
                                                    recs.array("int64_t", offsets), recs.array("uint32_t", symbols), len(out)))
    return out.ravel()


def edit_case(settings, measure, function, scorer):
    from rapidfuzz import process
    pairs = Pairs(300, settings.threads)
    yield Contest(f"{len(pairs.texts) ** 2:,} pairs of 10 to 120 symbols", lambda: pairs.ours(function, "uint64_t"), {
        "rapidfuzz": Peer(lambda: pairs.theirs(scorer), same)})
    pairs = Pairs(300 if settings.quick else 1000, 1)
    yield Contest(f"one against many, {len(pairs.texts) ** 2:,} pairs, one thread", lambda: all_pairs(pairs, measure), {
        "rapidfuzz cdist": Peer(lambda: process.cdist(pairs.texts, pairs.texts, scorer=scorer, workers=1), same)})


@case("sequence-lcs")
def lcs(settings):
    from rapidfuzz.distance import LCSseq
    yield from edit_case(settings, b"lcs", library.load().lib.recs_sequence_lcs, LCSseq.similarity)


@case("sequence-levenshtein")
def levenshtein(settings):
    from rapidfuzz.distance import Levenshtein
    yield from edit_case(settings, b"levenshtein", library.load().lib.recs_sequence_levenshtein, Levenshtein.distance)


class Customers:
    """What customers did: lengths log-normal with a mean of 50, items by Zipf within a taste, and an index of all."""

    def __init__(self, count):
        recs, random = library.load(), np.random.default_rng(4)
        lengths = 1 + random.lognormal(np.log(50) - 0.32, 0.8, count).astype(np.int64)
        total, weights = lengths.sum(), np.cumsum(1 / (np.arange(400) + 10))
        taste = np.repeat(random.integers(50, size=count), lengths)
        drawn = np.searchsorted(weights / weights[-1], random.random(total))
        self.symbols = np.where(random.random(total) < 0.7, drawn * 50 + taste, drawn * 50 + random.integers(50, size=total)).astype(np.uint32)
        self.offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        self.queries = range(0, count, count // 20)
        self.index = recs.make("recs_sequence_index", recs.lib.recs_sequence_index_create, recs.context(1),
                               recs.array("int64_t", self.offsets), recs.array("uint32_t", self.symbols), count)

    def row(self, i):
        return np.ascontiguousarray(self.symbols[self.offsets[i]:self.offsets[i + 1]])

    def texts(self):
        return ["".join(map(chr, self.row(i) + 0x100)) for i in range(len(self.offsets) - 1)]

    def search(self, measure, n=10):
        """The values of the n best of each query, the customer itself first."""
        recs, out = library.load(), []
        rows, values, count = np.empty(n, np.uint32), np.empty(n), recs.ffi.new("size_t *")
        for query in self.queries:
            b = self.row(query)
            recs.ok(recs.lib.recs_sequence_index_search(recs.array("uint32_t", rows), recs.array("double", values), count, self.index,
                                                        recs.lib.recs_sequence_measure(measure), recs.array("uint32_t", b), len(b), n, 0))
            out.append(values[:count[0]].copy())
        return np.concatenate(out)


@case("sequence-search")
def search(settings):
    from rapidfuzz import process
    from rapidfuzz.distance import LCSseq
    crowd = Customers(20_000 if settings.quick else 100_000)
    texts = crowd.texts()
    yield Contest(f"20 of {len(texts):,} customers, mean length 50, by LCS", lambda: crowd.search(b"lcs_similarity"), {
        "rapidfuzz extract": Peer(lambda: np.array([score for i in crowd.queries for _, score, _ in process.extract(
            texts[i], texts, scorer=LCSseq.normalized_similarity, processor=None, limit=10)]), same)})
    few = Customers(2_000 if settings.quick else 10_000)
    words = few.texts()
    yield Contest(f"20 of {len(words):,} customers, mean length 50, by ratio", lambda: few.search(b"ratio"), {
        "difflib": Peer(lambda: np.concatenate([close_matches(words[i], words) for i in few.queries]), same)})


def close_matches(word, words):
    """The values of difflib.get_close_matches(word, words, 10, 0), which gives the words alone."""
    matcher = difflib.SequenceMatcher(None, "", word)
    best = []
    for other in difflib.get_close_matches(word, words, 10, 0):
        matcher.set_seq1(other)
        best.append(matcher.ratio())
    return [value for value in best if value > 0]
