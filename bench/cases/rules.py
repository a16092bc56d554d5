"""Association rules of itemsets: all with a lift of 1 or more, in order; ours are pruned of redundant ones on top of that."""
import math

import numpy as np
import scipy.sparse

import data
import library
from cases.itemsets import mine
from harness import Contest, Peer, case

LIFT, CONFIDENCE = 3, 2
LOOKED_UP = 2000  # of our rules, in the peer's; of their metrics all are compared


def rank_and_prune(itemsets):
    """All rules in order, and those that no more general one matches in confidence."""
    recs = library.load()
    null = recs.ffi.NULL
    rules = recs.make("recs_rules", recs.lib.recs_rules_create, itemsets, recs.options("rules", metric=LIFT, minimum=1.0), null, null)
    return rules, recs.make("recs_rules", recs.lib.recs_rules_prune, rules, CONFIDENCE, 0.0)


def column(rules, metric):
    recs = library.load()
    out = np.empty(recs.lib.recs_rules_count(rules))
    recs.ok(recs.lib.recs_rules_values(recs.ffi.cast("double *", out.ctypes.data), rules, 0, len(out), metric))
    return out


def sides(rules, index):
    recs = library.load()
    left, right = recs.ffi.new("uint32_t **"), recs.ffi.new("uint32_t **")
    left_count, right_count = recs.ffi.new("size_t *"), recs.ffi.new("size_t *")
    recs.ok(recs.lib.recs_rules_get(left, left_count, right, right_count, rules, index))
    return (frozenset(recs.view(left[0], left_count[0], np.uint32).tolist()),
            frozenset(recs.view(right[0], right_count[0], np.uint32).tolist()))


def same(ours, frame):
    """As many rules, the same lifts and confidences, and a sample of rules with the same lift."""
    rules, pruned = ours
    lifts = column(rules, LIFT)
    if len(lifts) != len(frame):
        return f"{len(lifts):,} rules against {len(frame):,}"
    for name, metric in (("lift", LIFT), ("confidence", CONFIDENCE)):
        if not np.allclose(np.sort(column(rules, metric)), np.sort(frame[name].to_numpy()), rtol=1e-9, atol=0):
            return f"{name} differs"
    theirs = dict(zip(zip(map(frozenset, frame["antecedents"]), map(frozenset, frame["consequents"])), frame["lift"]))
    for index in range(0, len(lifts), max(1, len(lifts) // LOOKED_UP)):
        left, right = sides(rules, index)
        if not math.isclose(theirs.get((left, right), 0), lifts[index], rel_tol=1e-9):
            return f"{set(left)} -> {set(right)}: lift {lifts[index]} against {theirs.get((left, right))}"
    return True


def contest(settings, title, lists, share, with_mlxtend):
    import mlxtend.frequent_patterns
    import rusket

    total = len(lists)
    count = math.ceil(share * total - 1e-9)
    indptr = np.concatenate(([0], np.cumsum([len(items) for items in lists])))
    onehot = scipy.sparse.csr_matrix((np.ones(indptr[-1], np.float32), np.concatenate(lists), indptr))
    itemsets = mine(library.load().matrix(onehot, settings.threads), count)
    frame = rusket.FPGrowth(onehot, min_support=(count - 0.5) / total, use_colnames=False).mine()
    options = {"num_itemsets": total, "metric": "lift", "min_threshold": 1.0}
    peers = {"rusket association_rules": Peer(
        lambda: rusket.association_rules(frame, **options, return_metrics=["support", "confidence", "lift"]), same)}
    if with_mlxtend:
        peers["mlxtend association_rules"] = Peer(
            lambda: mlxtend.frequent_patterns.association_rules(frame, **options), same)
    rules = library.load().lib.recs_rules_count(rank_and_prune(itemsets)[0])
    return Contest(f"{title}, support {100 * share:g} %, {rules:,} rules", lambda: rank_and_prune(itemsets), peers)


@case("rules")
def rules(settings):
    """The peers make their rules and leave them as they come; ours are also put in order and compared with each other. Both begin with
    itemsets in their own form."""
    sources = [("Online Retail", data.retail_baskets, [0.005]),
               ("T10I4D100K", lambda: data.baskets(settings, "T10I4D100K.dat.gz"), [0.0004, 0.0002])]
    for title, load, shares in sources:
        try:
            lists = load()
        except data.Unavailable as reason:
            yield reason
            continue
        for share in shares[:1] if settings.quick else shares:
            yield contest(settings, title, lists, share, with_mlxtend=title == "Online Retail")
