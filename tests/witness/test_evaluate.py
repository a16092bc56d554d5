"""Splits, metrics, intervals and off-policy estimates, computed once more with numpy, pandas, scipy and scikit-learn."""
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import ndcg_score, roc_auc_score

from conftest import NO_ROW
from eventlog import Log, read_events

USERS, ITEMS, EVENTS = 120, 60, 1500
METRICS = ("hr", "recall", "precision", "ndcg", "map", "mrr", "auc")


def metrics(recs, scores, targets, k):
    out = np.empty(len(METRICS))
    targets = np.asarray(targets, np.uint32)
    recs.ok(recs.lib.recs_ranking_metrics(recs.array("double", out), recs.context(), recs.array("double", scores), len(scores),
                                          recs.array("uint32_t", targets), len(targets), k))
    return dict(zip(METRICS, out))


def expected_metrics(scores, targets, misses, k):
    """By scikit-learn, scipy's hypergeometric distribution, and averages over drawn orders for MAP and MRR only elsewhere."""
    scores = np.where(np.isnan(scores), np.nanmin(scores, initial=0) - 1, scores)
    wanted = np.zeros(len(scores))
    wanted[targets] = 1
    total = len(targets) + misses
    hits, none = 0.0, 1.0
    for value in np.unique(scores[targets]):
        above, size = (scores > value).sum(), (scores == value).sum()
        inside, good = np.clip(k - above, 0, size), wanted[scores == value].sum()
        hits += good * inside / size
        none *= stats.hypergeom(size, int(good), int(inside)).pmf(0)
    ideal = (1 / np.log2(np.arange(2, min(k, total) + 2))).sum()
    reached = (1 / np.log2(np.arange(2, min(k, len(targets)) + 2))).sum()
    return {"hr": 1 - none, "recall": hits / total, "precision": hits / k,
            "ndcg": ndcg_score([wanted], [scores], k=k) * reached / ideal,
            "auc": roc_auc_score(wanted, scores) * len(targets) / total}


@pytest.mark.parametrize("seed", range(40))
def test_rankings_with_ties(recs, seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(5, 200))
    scores = random.integers(0, int(random.integers(2, 60)), count).astype(float)
    scores[random.random(count) < 0.2] = np.nan
    targets = random.choice(count, int(random.integers(1, min(count - 1, 20))), replace=False)
    misses = int(random.integers(0, 3))
    for k in (1, 5, 10, 500):
        found = metrics(recs, scores, [*targets, *(count + 1 + np.arange(misses))], k)
        for name, value in expected_metrics(scores, targets, misses, k).items():
            assert found[name] == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("seed", range(5))
def test_map_and_mrr_are_means_over_orders(recs, seed):
    """Of 4000 drawn orders: within five standard errors."""
    random = np.random.default_rng(seed)
    scores = random.integers(0, 6, 40).astype(float)
    targets = random.choice(40, 7, replace=False)
    wanted = np.isin(np.arange(40), targets)
    draws = []
    for _ in range(4000):
        hits = wanted[np.lexsort((random.random(40), -scores))][:10]
        places = np.flatnonzero(hits) + 1
        draws.append((((np.arange(len(places)) + 1) / places).sum() / 7, 1 / places[0] if len(places) else 0))
    found = metrics(recs, scores, targets, 10)
    error = np.std(draws, axis=0) / np.sqrt(len(draws))
    assert np.all(np.abs(np.mean(draws, axis=0) - (found["map"], found["mrr"])) < 5 * error + 1e-12)


def random_log(recs, seed=3, time_kind=1):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"user": random.integers(0, USERS, EVENTS), "item": (ITEMS * random.random(EVENTS) ** 2).astype(int),
                          "time": random.integers(0, 300, EVENTS), "session": random.integers(0, 700, EVENTS)})
    log = Log(recs, [f"u{i}" for i in range(USERS)], [f"i{i}" for i in range(ITEMS)], [f"s{i}" for i in range(700)], (), frame,
              time_kind)
    return log, frame


def first_events(frame):
    """Users' events by time, then arrival; of an item's only the first."""
    ordered = frame.assign(arrival=np.arange(len(frame))).sort_values(["user", "time", "arrival"])
    return ordered.drop_duplicates(["user", "item"])


def split_of(recs, log, text, **values):
    options = recs.options("split", **values)
    recs.ok(recs.lib.recs_split_options_parse(options, text.encode()))
    return recs.make("recs_split", recs.lib.recs_split_create, log.events, options)


def targets_of(recs, split, stage):
    """user -> items."""
    found = {}
    user, items, count = recs.ffi.new("uint32_t *"), recs.ffi.new("const uint32_t **"), recs.ffi.new("size_t *")
    for index in range(recs.lib.recs_split_users(split, stage)):
        recs.ok(recs.lib.recs_split_targets(user, items, count, split, stage, index))
        found[user[0]] = recs.view(items[0], count[0], np.uint32).tolist()
    return found


def history_of(recs, split, stage, user):
    items, count = recs.ffi.new("const uint32_t **"), recs.ffi.new("size_t *")
    null = recs.ffi.NULL
    recs.ok(recs.lib.recs_histories_row(items, null, null, count, recs.lib.recs_split_histories(split, stage), user))
    return recs.view(items[0], count[0], np.uint32).tolist()


def test_leave_last_out(recs):
    log, frame = random_log(recs)
    split = split_of(recs, log, "leave-last-out")
    test, validation = targets_of(recs, split, 2), targets_of(recs, split, 1)
    training = read_events(recs, recs.lib.recs_split_training(split, 2))
    for user, events in first_events(frame).groupby("user"):
        items = events.item.tolist()
        learned = training[training.user == user].item.tolist()
        if len(items) < 3:
            assert user not in test and sorted(learned) == sorted(items)
            continue
        assert test[user] == items[-1:] and validation[user] == items[-2:-1]
        assert sorted(learned) == sorted(items[:-2])
        assert history_of(recs, split, 2, user) == items[:-1] and history_of(recs, split, 1, user) == items[:-2]


def test_leave_last_basket_out(recs):
    log, frame = random_log(recs)
    split = split_of(recs, log, "leave-last-basket-out", fit=2)
    test, validation = targets_of(recs, split, 2), targets_of(recs, split, 1)
    for user, events in first_events(frame).groupby("user"):
        baskets = list(dict.fromkeys(events.session))  # by their first event that stays
        if len(baskets) < 3:
            assert user not in test
            continue
        assert test[user] == events[events.session == baskets[-1]].item.tolist()
        assert validation[user] == events[events.session == baskets[-2]].item.tolist()
        assert set(history_of(recs, split, 2, user)) == set(events[events.session != baskets[-1]].item)


@pytest.mark.parametrize("share", (0.1, 0.34, 0.9))
def test_holdout_shares(recs, share):
    log, frame = random_log(recs)
    split = split_of(recs, log, f"holdout={share}")
    test, validation = targets_of(recs, split, 2), targets_of(recs, split, 1)
    for user, events in first_events(frame).groupby("user"):
        count = len(events)
        if count < 3:
            continue
        tested = min(max(int(np.floor(share * count + 0.5)), 1), count - 2)
        assert len(test[user]) == tested
        assert len(validation[user]) == min(max(int(np.floor(share * (count - tested) + 0.5)), 1), count - tested - 1)
        assert set(test[user]) | set(validation[user]) | set(history_of(recs, split, 1, user)) == set(events.item)


def test_time_and_repeats(recs):
    log, frame = random_log(recs)
    split = split_of(recs, log, "time=1970-01-01T00:00:00.200", repeats=1)
    test = targets_of(recs, split, 2)
    late = frame[frame.time >= 200].groupby("user").item.apply(set)
    enough = frame.groupby("user").size()
    assert {user: set(items) for user, items in test.items()} == {user: late[user] for user in late.index if enough[user] >= 3}
    training = read_events(recs, recs.lib.recs_split_training(split, 2))
    share = (frame.time >= 200).mean()
    before = np.sort(frame.time[frame.time < 200])
    validation_at = before[len(before) - int(np.ceil(share * len(before)))]
    assert training.time.max() < validation_at
    assert len(training) == (frame.time < validation_at).sum()  # repeats stay


def evaluate(recs, split, model, **values):
    options = recs.options("evaluate", **values)
    null = recs.ffi.NULL
    evaluation = recs.make("recs_evaluation", recs.lib.recs_evaluate, split, model, options, null, null)
    return evaluation, figures_of(recs, evaluation)


def figures_of(recs, evaluation):
    """name -> (value, values of the users or None, index)."""
    name, value = recs.ffi.new("const char **"), recs.ffi.new("double *")
    values, count = recs.ffi.new("const double **"), recs.ffi.new("size_t *")
    found = {}
    for index in range(recs.lib.recs_evaluation_metrics(evaluation)):
        recs.ok(recs.lib.recs_evaluation_metric(name, recs.ffi.NULL, value, evaluation, index))
        each = recs.lib.recs_evaluation_values(values, count, evaluation, index)
        found[recs.ffi.string(name[0]).decode()] = (value[0], recs.view(values[0], count[0], float) if each == 0 else None, index)
    return found


def fit(recs, split, scorer, stage=2):
    name = recs.ffi.new("char[]", scorer)
    fallback = recs.ffi.new("char[]", b"none")
    options = recs.options("model", scorer=name, fallback=fallback)
    null = recs.ffi.NULL
    return recs.make("recs_model", recs.lib.recs_model_fit, recs.lib.recs_split_training(split, stage), options, null, null)


def scores_of(recs, model, history, user):
    out = np.empty(ITEMS)
    items = np.asarray(history, np.uint32)
    asked = recs.ffi.new("recs_history *", {"struct_size": recs.ffi.sizeof("recs_history"), "count": len(items), "user": user,
                                            "items": recs.array("uint32_t", items)})
    recs.ok(recs.lib.recs_scorer_score(recs.array("double", out), recs.lib.recs_model_scorer(model), asked))
    return out


def gini(counts):
    counts = np.sort(counts).astype(float)
    return np.abs(counts[:, None] - counts[None, :]).sum() / (2 * len(counts) * counts.sum())


@pytest.mark.parametrize("scorer", (b"item-knn", b"popularity"))
@pytest.mark.parametrize("how", ("leave-last-out", "holdout=0.3", "users=0.3"))
def test_whole_evaluations(recs, scorer, how):
    log, _ = random_log(recs)
    split = split_of(recs, log, how)
    model = fit(recs, split, scorer)
    evaluation, figures = evaluate(recs, split, model)
    training = read_events(recs, recs.lib.recs_split_training(split, 2)).drop_duplicates(["user", "item"])
    catalogue = np.array(sorted(set(training.item)))
    taken = np.zeros((USERS, ITEMS))
    taken[training.user, training.item] = 1
    cosine = (taken.T @ taken) / np.maximum(np.sqrt(np.outer(taken.sum(0), taken.sum(0))), 1e-300)
    information = -np.log2(np.maximum(taken.sum(0), 1) / (taken.sum(1) > 0).sum())
    cold, shown, rows = 0, np.zeros(ITEMS), []
    for user, targets in targets_of(recs, split, 2).items():
        history = history_of(recs, split, 2, user)
        scores = scores_of(recs, model, history, user)
        candidates = [item for item in catalogue if item not in set(history)]
        places = {item: place for place, item in enumerate(candidates)}
        wanted = [places.get(item, NO_ROW) for item in targets]
        cold += wanted.count(NO_ROW)
        row = metrics(recs, scores[candidates], wanted, 10)
        known = [item for item in candidates if not np.isnan(scores[item])]
        top = sorted(known, key=lambda item: (-scores[item], item))[:10]
        shown[top] += 1
        pairs = [cosine[a, b] for i, a in enumerate(top) for b in top[:i]]
        row["novelty"] = information[top].mean() if top else np.nan
        row["diversity"] = 1 - np.mean(pairs) if pairs else np.nan
        rows.append(row)
    assert recs.lib.recs_evaluation_cold(evaluation) == cold
    for name, values in pd.DataFrame(rows).items():
        figure = figures[name if name == "auc" else f"{name}@10"]
        np.testing.assert_allclose(figure[1], values, rtol=0, atol=1e-6 if name == "diversity" else 1e-12)
        assert figure[0] == pytest.approx(np.nanmean(values), abs=1e-6)
    assert figures["coverage@10"][0] == pytest.approx((shown[catalogue] > 0).mean())
    assert figures["gini@10"][0] == pytest.approx(gini(shown[catalogue]))


def test_intervals_and_comparisons(recs):
    log, _ = random_log(recs)
    split = split_of(recs, log, "holdout=0.3")
    one, figures = evaluate(recs, split, fit(recs, split, b"item-knn"))
    other, others = evaluate(recs, split, fit(recs, split, b"popularity"))
    low, high = recs.ffi.new("double *"), recs.ffi.new("double *")
    for name in ("ndcg@10", "auc", "novelty@5"):
        value, values, index = figures[name]
        values = values[~np.isnan(values)]
        recs.ok(recs.lib.recs_evaluation_interval(low, high, one, index, 0.9))
        expected = stats.norm.interval(0.9, value, stats.sem(values))
        assert (low[0], high[0]) == pytest.approx(expected, abs=1e-9)
        options = recs.options("resample", level=0.9, resamples=4000)
        recs.ok(recs.lib.recs_evaluation_bootstrap(low, high, one, index, options))
        witness = stats.bootstrap((values,), np.mean, n_resamples=4000, confidence_level=0.9, method="percentile", random_state=1)
        width = expected[1] - expected[0]
        assert abs(low[0] - witness.confidence_interval.low) < 0.08 * width
        assert abs(high[0] - witness.confidence_interval.high) < 0.08 * width
    compared = recs.ffi.new("recs_comparison *")
    recs.ok(recs.lib.recs_evaluation_compare(compared, one, other, b"ndcg@10", recs.options("resample", resamples=4000)))
    differences = figures["ndcg@10"][1] - others["ndcg@10"][1]
    assert compared.difference == pytest.approx(differences.mean())
    assert (compared.wins, compared.losses) == ((differences > 0).sum(), (differences < 0).sum())
    witness = stats.permutation_test((differences,), lambda d, axis: d.mean(axis), permutation_type="samples",
                                     n_resamples=4000, random_state=1, vectorized=True)
    assert compared.p_value == pytest.approx(witness.pvalue, abs=0.03)


def test_off_policy_formulas(recs):
    random = np.random.default_rng(5)
    count, clip = 2000, 4.0
    rewards, propensities = random.normal(1, 2, count), random.uniform(0.05, 1, count)
    probabilities = random.random(count) * (random.random(count) < 0.7)
    out = recs.ffi.new("recs_offpolicy *")
    recs.ok(recs.lib.recs_offpolicy_estimate(out, recs.array("double", rewards), recs.array("double", propensities),
                                             recs.array("double", probabilities), count, clip))
    weights = probabilities / propensities
    clipped = np.minimum(weights, clip) * rewards
    ratio = (weights * rewards).sum() / weights.sum()
    assert out.ips == pytest.approx((weights * rewards).mean())
    assert out.ips_error == pytest.approx(stats.sem(weights * rewards))
    assert out.snips == pytest.approx(ratio)
    assert out.snips_error == pytest.approx(np.sqrt((weights ** 2 * (rewards - ratio) ** 2).sum()) / weights.sum())
    assert (out.clipped, out.clipped_error) == pytest.approx((clipped.mean(), stats.sem(clipped)))
    assert out.effective_size == pytest.approx(weights.sum() ** 2 / (weights ** 2).sum())
    assert (out.matched, out.cut) == ((weights > 0).sum(), (weights > clip).sum())


def test_off_policy_finds_the_value_of_a_policy(recs):
    """A logging policy over five items whose rewards are known: the estimate of another policy lies near its true value."""
    random = np.random.default_rng(6)
    old, new = np.array([0.4, 0.3, 0.1, 0.1, 0.1]), np.array([0.1, 0.1, 0.2, 0.2, 0.4])
    worth = np.array([0.1, 0.2, 0.5, 0.3, 0.8])
    shown = random.choice(5, 20000, p=old)
    rewards = (random.random(len(shown)) < worth[shown]).astype(float)
    out = recs.ffi.new("recs_offpolicy *")
    arrays = rewards, old[shown].copy(), new[shown].copy()
    recs.ok(recs.lib.recs_offpolicy_estimate(out, *[recs.array("double", array) for array in arrays], len(shown), 10))
    assert abs(out.ips - new @ worth) < 4 * out.ips_error
    assert abs(out.snips - new @ worth) < 4 * out.snips_error
    assert out.snips_error < out.ips_error and abs(out.mean_weight - 1) < 0.05
