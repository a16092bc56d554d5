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


def edit_case(settings, function, scorer):
    from rapidfuzz import process
    pairs = Pairs(300, settings.threads)
    yield Contest(f"{len(pairs.texts) ** 2:,} pairs of 10 to 120 symbols", lambda: pairs.ours(function, "uint64_t"), {
        "rapidfuzz, pair by pair": Peer(lambda: pairs.theirs(scorer), same),
        "rapidfuzz cdist, 1 worker": Peer(lambda: process.cdist(pairs.texts, pairs.texts, scorer=scorer, workers=1), same)})


@case("sequence-lcs")
def lcs(settings):
    from rapidfuzz.distance import LCSseq
    yield from edit_case(settings, library.load().lib.recs_sequence_lcs, LCSseq.similarity)


@case("sequence-levenshtein")
def levenshtein(settings):
    from rapidfuzz.distance import Levenshtein
    yield from edit_case(settings, library.load().lib.recs_sequence_levenshtein, Levenshtein.distance)
