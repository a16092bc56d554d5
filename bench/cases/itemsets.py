"""Frequent itemsets of baskets, all of them."""
import math

import numpy as np
import scipy.sparse

import data
import library
from harness import Contest, Peer, case

LOOKED_UP = 200_000  # of a peer's itemsets; all where there are fewer


def mine(matrix, count):
    recs = library.load()
    miner = recs.make("recs_apriori", recs.lib.recs_apriori_create, matrix, recs.options("apriori", min_count=count))
    return recs.make("recs_itemsets", recs.lib.recs_apriori_itemsets, miner, recs.ffi.NULL, recs.ffi.NULL)


def count(matrix, least):
    """How many there are, from the same beginning."""
    recs = library.load()
    miner = recs.make("recs_apriori", recs.lib.recs_apriori_create, matrix, recs.options("apriori", min_count=least))
    found = recs.ffi.new("uint64_t *")
    recs.ok(recs.lib.recs_apriori_count(found, miner, recs.ffi.NULL, recs.ffi.NULL))
    return found[0]


def same_spectrum(baskets):
    """Of a pattern spectrum, {(size, support): how many}; pyfim leaves out items that all baskets have."""
    def compare_spectrum(ours, spectrum):
        total = sum(number for number in spectrum.values())
        return ours in (total, total + 1) or f"{ours:,} itemsets against {total:,} of {baskets:,} baskets"
    return compare_spectrum


def same(ours, total, sets):
    """The same number of itemsets, and each of the peer's (items, support) with the same support here."""
    recs = library.load()
    count = recs.lib.recs_itemsets_count(ours)
    if count != total:
        return f"{count:,} itemsets against {total:,}"
    support = recs.ffi.new("uint64_t *")
    step = max(1, total // LOOKED_UP)
    for items, theirs in sets(step):
        status = recs.lib.recs_itemsets_find(support, ours, recs.ffi.new("uint32_t[]", items), len(items))
        if status != 0 or support[0] != theirs:
            return f"{items}: support {support[0]} against {theirs}"
    return True


def same_as_pyfim(baskets):
    """pyfim leaves out the itemset that every basket has (mushroom's one veil type); the others have it."""
    def compare_lists(ours, found):
        missing = count_of(ours, baskets) if all(support < baskets for _, support in found) else 0
        return same(ours, len(found) + missing, lambda step: ((list(items), support) for items, support in found[::step]))
    return compare_lists


def count_of(itemsets, wanted):
    """How many single items have this support: they come first."""
    recs = library.load()
    size, support, index = recs.ffi.new("size_t *"), recs.ffi.new("uint64_t *"), 0
    found = 0
    while recs.lib.recs_itemsets_get(recs.ffi.NULL, size, support, itemsets, index) == 0 and size[0] == 1:
        found += support[0] == wanted
        index += 1
    return found


def same_as_frame(baskets):
    """Of a data frame of supports (shares) and itemsets (columns)."""
    def compare_frame(ours, frame):
        return same(ours, len(frame), lambda step: (
            ([int(item) for item in items], round(share * baskets))
            for share, items in zip(frame["support"].to_numpy()[::step], frame["itemsets"].to_numpy()[::step])))
    return compare_frame


def contest(settings, title, lists, share, with_mlxtend):
    import fim
    import mlxtend.frequent_patterns
    import pandas
    import rusket

    count, total = math.ceil(share * len(lists) - 1e-9), len(lists)
    indptr = np.concatenate(([0], np.cumsum([len(items) for items in lists])))
    onehot = scipy.sparse.csr_matrix((np.ones(indptr[-1], np.float32), np.concatenate(lists), indptr))
    matrix = library.load().matrix(onehot, settings.threads)
    lowest = (count - 0.5) / total

    peers = {"pyfim eclat": Peer(lambda: fim.eclat(lists, supp=-count, report="a"), same_as_pyfim(total)),
             "pyfim fpgrowth": Peer(lambda: fim.fpgrowth(lists, supp=-count, report="a"), same_as_pyfim(total)),
             "rusket fpgrowth": Peer(lambda: rusket.FPGrowth(onehot, min_support=lowest, use_colnames=False).mine(),
                                     same_as_frame(total))}
    if with_mlxtend:
        frame = pandas.DataFrame(onehot.toarray() > 0)
        peers["mlxtend fpgrowth"] = Peer(lambda: mlxtend.frequent_patterns.fpgrowth(frame, min_support=lowest),
                                         same_as_frame(total))
    return Contest(f"{title}, {total:,} baskets, support {100 * share:g} %", lambda: mine(matrix, count), peers)


def counting(settings, title, lists, share):
    """pyfim's search alone: it only counts sets by size and support, in lists that were turned into its own form before, which
    is timed by a support that no item has and taken off."""
    import fim

    least, total = math.ceil(share * len(lists) - 1e-9), len(lists)
    indptr = np.concatenate(([0], np.cumsum([len(items) for items in lists])))
    matrix = library.load().matrix(
        scipy.sparse.csr_matrix((np.ones(indptr[-1], np.float32), np.concatenate(lists), indptr)), settings.threads)
    peers = {}
    for name in ("eclat", "fpgrowth"):
        search = getattr(fim, name)
        peers[f"pyfim {name}"] = Peer(lambda search=search: search(lists, supp=-least, report="#"), same_spectrum(total),
                                      less=lambda search=search: search(lists, supp=-total - 1, report="#"))
    return Contest(f"{title}, {total:,} baskets, support {100 * share:g} %", lambda: count(matrix, least), peers)


@case("itemsets")
def itemsets(settings):
    """pyfim makes Python tuples of its itemsets and rusket and mlxtend data frames, which is part of their time, as writing
    ours to memory is of ours."""
    for title, lists, share, first in loaded(settings):
        if isinstance(lists, data.Unavailable):
            yield lists
        else:
            yield contest(settings, title, lists, share, with_mlxtend=first and title in ("T10I4D100K", "mushroom"))


@case("itemsets-count")
def itemsets_count(settings):
    """How many there are, nothing being written on either side."""
    for title, lists, share, _ in loaded(settings):
        yield lists if isinstance(lists, data.Unavailable) else counting(settings, title, lists, share)


def generated(settings):
    """Baskets of about ten of 2,000 items, made of 3,000 patterns that are bought together more or less whole."""
    if settings.quick:
        raise data.Unavailable("a million generated baskets: not with --quick")
    rng = np.random.default_rng(7)
    patterns = [np.unique(rng.integers(2000, size=max(1, size))) for size in rng.poisson(4, 3000)]
    weights = rng.exponential(1, len(patterns))
    drawn = rng.choice(len(patterns), (1_000_000, 4), p=weights / weights.sum())
    return [np.unique(np.concatenate([patterns[p][rng.random(len(patterns[p])) < 0.7] for p in row])).tolist() for row in drawn]


def loaded(settings):
    """Title, baskets, support and whether it is the set's first, of each contest."""
    sources = [("T10I4D100K", lambda: data.baskets(settings, "T10I4D100K.dat.gz"), [0.001, 0.0002]),
               ("mushroom", lambda: data.baskets(settings, "mushroom.dat.gz"), [0.2, 0.05]),
               ("Online Retail", data.retail_baskets, [0.005, 0.002]),
               ("generated", lambda: generated(settings), [0.001])]
    for title, load, shares in sources:
        try:
            lists = load()
        except data.Unavailable as reason:
            yield title, reason, None, False
            continue
        for share in shares[:1] if settings.quick else shares:
            yield title, lists, share, share == shares[0]
