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


@case("itemsets")
def itemsets(settings):
    """pyfim makes Python tuples of its itemsets and rusket and mlxtend data frames, which is part of their time, as writing
    ours to memory is of ours."""
    sources = [("T10I4D100K", lambda: data.baskets(settings, "T10I4D100K.dat.gz"), [0.001, 0.0002]),
               ("mushroom", lambda: data.baskets(settings, "mushroom.dat.gz"), [0.2, 0.05]),
               ("Online Retail", data.retail_baskets, [0.005, 0.002])]
    for title, load, shares in sources:
        try:
            lists = load()
        except data.Unavailable as reason:
            yield reason
            continue
        for share in shares[:1] if settings.quick else shares:
            yield contest(settings, title, lists, share, with_mlxtend=share == shares[0] and title != "Online Retail")
