"""Scorers that know order, against plain Python over random logs."""
import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME
from eventlog import Log

USERS, ITEMS, EVENTS = 30, 25, 260


class Trail:
    """A random log with repeats, equal times and some unknown ones; its training, and its histories as lists of
    (item, weight, time)."""

    def __init__(self, recs, seed, threads=2, repeats=0, times=True, signed=False):
        self.recs, random = recs, np.random.default_rng(seed)
        popular = random.permutation(ITEMS)[np.minimum(random.geometric(0.12, EVENTS) - 1, ITEMS - 1)]
        frame = pd.DataFrame({"user": random.integers(0, USERS - 1, EVENTS), "item": popular,
                              "weight": random.integers(1, 5, EVENTS) / 2, "time": random.integers(0, 12, EVENTS)})
        unknown = random.random(EVENTS) < (0.1 if times else 1.0)
        if signed:
            frame["weight"] -= 1
        frame["time"] = np.where(unknown, NO_TIME, frame["time"])
        self.log = Log(recs, [f"u{i}" for i in range(USERS)], [f"i{i}" for i in range(ITEMS)], columns=frame, threads=threads)
        self.matrix = recs.make("recs_matrix", recs.lib.recs_matrix_build, self.log.events, recs.ffi.NULL)
        self.histories = recs.make("recs_histories", recs.lib.recs_histories_build, self.log.events, repeats, recs.ffi.NULL)
        self.training = recs.ffi.new("recs_training *")
        self.training.struct_size = recs.ffi.sizeof("recs_training")
        self.training.matrix, self.training.histories = self.matrix, self.histories
        self.rows = [self.row(user) for user in range(USERS)]

    def row(self, user):
        ffi = self.recs.ffi
        items, weights, times, count = (ffi.new(t) for t in ("uint32_t **", "float **", "int64_t **", "size_t *"))
        self.recs.ok(self.recs.lib.recs_histories_row(items, weights, times, count, self.histories, user))
        return [(items[0][i], weights[0][i], times[0][i]) for i in range(count[0])]

    def fit(self, name, settings=""):
        null = self.recs.ffi.NULL
        return self.recs.make("recs_scorer", self.recs.lib.recs_scorer_fit, self.training, name.encode(), settings.encode(),
                              null, null)

    def history(self, row, user=NO_ROW):
        ffi = self.recs.ffi
        items, weights, times = (np.array(list(column)) for column in zip(*row)) if row else ([], [], [])
        self.kept = [np.asarray(items, np.uint32), np.asarray(weights, np.float32), np.asarray(times, np.int64)]
        history = ffi.new("recs_history *")
        history.struct_size = ffi.sizeof("recs_history")
        history.items, history.weights, history.times = (
            self.recs.array(*pair) for pair in zip(("uint32_t", "float", "int64_t"), self.kept))
        history.count, history.user = len(row), user
        return history

    def scores(self, scorer, row, user=NO_ROW):
        out = np.empty(ITEMS, np.float64)
        self.recs.ok(self.recs.lib.recs_scorer_score(self.recs.array("double", out), scorer, self.history(row, user)))
        return out

    def amounts(self, scorer, row, item, user=NO_ROW):
        ffi = self.recs.ffi
        kinds, rows, amounts = ffi.new("int32_t[]", 100), ffi.new("uint32_t[]", 100), ffi.new("double[]", 100)
        count = ffi.new("size_t *")
        self.recs.ok(self.recs.lib.recs_scorer_contributions(kinds, rows, ffi.NULL, amounts, count, scorer,
                                                             self.history(row, user), item, 100))
        return [amounts[i] for i in range(count[0])]


def steps_of(row):
    """The step of each event: one more than the last one's, unless both have the same known time."""
    steps = []
    for i, (_, _, time) in enumerate(row):
        same = i > 0 and time != NO_TIME and time == row[i - 1][2]
        steps.append(0 if i == 0 else steps[-1] + (not same))
    return steps


def fades(row, recency=1.0, half_life=0.0):
    steps, known = steps_of(row), [time for _, _, time in row if time != NO_TIME]
    out = []
    for step, (_, _, time) in zip(steps, row):
        fade = recency ** (steps[-1] - step)
        if half_life > 0 and known:
            fade *= 2 ** (((time if time != NO_TIME else min(known)) - max(known)) / half_life)
        out.append(fade)
    return out


def order_similarities(rows, distance=0.0, backward=1.0, window=0, exponent_from=0.5, exponent_to=0.5, shrink=0.0):
    counts, squares = np.zeros((ITEMS, ITEMS)), np.zeros(ITEMS)
    for row in rows:
        steps = steps_of(row)
        for p, (i, w, _) in enumerate(row):
            squares[i] += w * w
            for q, (j, v, _) in enumerate(row):
                apart = steps[q] - steps[p]
                if i == j or (window > 0 and abs(apart) > window):
                    continue
                counts[i, j] += w * v * max(1, abs(apart)) ** -distance * (backward if apart < 0 else 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        similar = counts / np.outer(squares ** exponent_from, squares ** exponent_to) * counts / (counts + shrink)
    return np.nan_to_num(similar)


def keep_best(similar, k):
    kept = np.zeros_like(similar)
    for row, values in enumerate(similar):
        order = [j for j in np.lexsort((np.arange(ITEMS), -values)) if values[j] > 0][:k]
        kept[row, order] = values[order]
    return kept


ORDERS = [{"distance": 0.3, "backward": 0.7}, {"distance": 1.5}, {"backward": 0}, {"window": 1}, {"window": 3, "shrink": 2.5},
          {"exponent_from": 0.2, "exponent_to": 0.9}, {"exponent_from": 0, "exponent_to": 0, "backward": 0.5}]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("k,repeats", [(1000, 0), (1000, 1), (4, 0)])
def test_item_knn_by_order(recs, order, k, repeats):
    trail = Trail(recs, 1, repeats=repeats)
    if not set(order) & {"distance", "backward", "window"}:  # then the matrix is asked
        trail = Trail(recs, 1)
        trail.rows = [[(i, v, t) for i, v, t in matrix_row(recs, trail.matrix, user)] for user in range(USERS)]
    similar = keep_best(order_similarities(trail.rows, **order), k)
    settings = ";".join(f"{key}={value}" for key, value in order.items())
    for normalize in (0, 1):
        scorer = trail.fit("item-knn", f"{settings};k={k};recency=0.6;half_life=5;normalize={normalize}")
        for row in trail.rows:
            faded = fades(row, 0.6, 5)
            expected, reach = np.zeros(ITEMS), np.zeros(ITEMS)
            for (item, weight, _), fade in zip(row, faded):
                expected += weight * fade * similar[item]
                reach += fade * similar[item]
            got = trail.scores(scorer, row)
            assert np.array_equal(np.isnan(got), reach == 0)
            if normalize:
                expected = np.divide(expected, reach, where=reach > 0, out=np.zeros(ITEMS))
            np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=2e-6)


def matrix_row(recs, matrix, user):
    columns, values, count = (recs.ffi.new(t) for t in ("uint32_t **", "float **", "size_t *"))
    recs.ok(recs.lib.recs_matrix_row(columns, values, count, matrix, user))
    return [(columns[0][i], values[0][i], NO_TIME) for i in range(count[0])]


def test_neutral_order_is_the_cosine(recs):
    """The cosine by the kernel, and what the builder by order comes to when order says almost nothing."""
    trail = Trail(recs, 2)
    plain, ordered = trail.fit("item-knn", "k=1000"), trail.fit("item-knn", "k=1000;exponent_to=0.5000000001")
    for row in trail.rows:
        np.testing.assert_allclose(trail.scores(plain, row), trail.scores(ordered, row), rtol=1e-6)


@pytest.mark.parametrize("recency,half_life,times", [(0.6, 0, True), (1, 4, True), (0.8, 3, True), (0.8, 3, False), (0, 0, True)])
def test_histories_fade(recs, recency, half_life, times):
    """A faded history scores as one whose weights were given so."""
    trail = Trail(recs, 3, times=times)
    for name in ("item-knn", "user-knn"):
        plain, fading = trail.fit(name), trail.fit(name, f"recency={recency};half_life={half_life}")
        for row in trail.rows:
            faded = [(i, w * fade, t) for (i, w, t), fade in zip(row, fades(row, recency, half_life))]
            np.testing.assert_allclose(trail.scores(fading, row), trail.scores(plain, faded), rtol=1e-6)


class Markov:
    """Counts by context, a tuple of items, oldest first."""

    def __init__(self, rows, order, window, distance, min_count, smoothing, k):
        self.order, self.smoothing, self.counts, self.kept, seen = order, smoothing, {}, {}, {}
        for row in rows:
            items = [item for item, _, _ in row]
            for end in range(len(row) - 1):
                for length in range(1, min(order, end + 1) + 1):
                    context = tuple(items[end - length + 1:end + 1])
                    seen[context] = seen.get(context, 0) + 1
                    counts = self.counts.setdefault(context, np.zeros(ITEMS))
                    for later in range(end + 1, min(len(row), end + 1 + window)):
                        counts[items[later]] += max(0, row[later][1]) * (later - end) ** -distance
        self.counts = {c: n for c, n in self.counts.items() if len(c) == 1 or seen[c] >= min_count}
        for context, counts in self.counts.items():
            order = np.lexsort((np.arange(ITEMS), -np.float32(counts)))[:k]
            self.kept[context] = np.where(np.isin(np.arange(ITEMS), order), counts, 0)

    def next(self, context):
        if len(context) == 0:
            return np.zeros(ITEMS)
        if len(context) > 1 and context not in self.counts:
            return self.next(context[1:])
        total = self.counts[context].sum() if context in self.counts else 0
        kept = self.kept.get(context, np.zeros(ITEMS))
        if total + self.smoothing == 0:
            return self.next(context[1:])
        return (kept + self.smoothing * self.next(context[1:])) / (total + self.smoothing)


@pytest.mark.parametrize("repeats", [0, 1])
@pytest.mark.parametrize("options", [
    {"order": 1, "window": 1, "distance": 0, "min_count": 1, "smoothing": 0, "k": 100},
    {"order": 2, "window": 3, "distance": 0.7, "min_count": 1, "smoothing": 2, "k": 100},
    {"order": 3, "window": 2, "distance": 1, "min_count": 2, "smoothing": 0.5, "k": 100},
    {"order": 8, "window": 100, "distance": 2, "min_count": 1, "smoothing": 0, "k": 100},
    {"order": 2, "window": 4, "distance": 0.3, "min_count": 3, "smoothing": 20, "k": 3}])
def test_markov(recs, options, repeats):
    trail = Trail(recs, 7, repeats=repeats)
    reference = Markov(trail.rows, **options)
    settings = ";".join(f"{key}={value}" for key, value in options.items())
    for recency, half_life in ((0, 0), (0.6, 4)):
        scorer = trail.fit("markov", f"{settings};recency={recency};half_life={half_life}")
        for row in trail.rows:
            expected = np.zeros(ITEMS)
            for place, fade in enumerate(fades(row, recency, half_life)):
                context = tuple(item for item, _, _ in row[max(0, place + 1 - options["order"]):place + 1])
                expected += row[place][1] * fade * reference.next(context)
            np.testing.assert_allclose(np.nan_to_num(trail.scores(scorer, row)), expected, rtol=1e-6)


WEIGHTINGS = {"equal": lambda r, n: 1, "linear": lambda r, n: (n - r) / n, "quadratic": lambda r, n: ((n - r) / n) ** 2,
              "harmonic": lambda r, n: 1 / (r + 1), "geometric": lambda r, n: 0.7 ** r}


def sessions_of(rows, gap):
    """Lists of (owner, set of items), newest first."""
    found = []
    for owner, row in enumerate(rows):
        cuts = [0] + [i for i in range(1, len(row)) if gap > 0 and NO_TIME not in (row[i][2], row[i - 1][2])
                      and row[i][2] - row[i - 1][2] > gap] + [len(row)]
        for begin, end in zip(cuts, cuts[1:]):
            items = {item for item, weight, _ in row[begin:end] if weight > 0}
            if len(items) >= 2:
                found.append((row[end - 1][2], owner, items))
    found.sort(key=lambda session: -session[0])
    return [(owner, items) for _, owner, items in found]


@pytest.mark.parametrize("repeats,signed", [(0, False), (1, True)])
@pytest.mark.parametrize("options", [
    {"weighting": "linear", "match_decay": 0.1, "k": 100, "m": 100, "max_items": 20, "gap": 0, "idf": 1},
    {"weighting": "harmonic", "match_decay": 0.3, "k": 5, "m": 9, "max_items": 4, "gap": 0, "idf": 1},
    {"weighting": "geometric", "match_decay": 0, "k": 7, "m": 100, "max_items": 2, "gap": 2, "idf": 0},
    {"weighting": "quadratic", "match_decay": 0.2, "k": 3, "m": 4, "max_items": 100, "gap": 3, "idf": 1},
    {"weighting": "equal", "match_decay": 0.05, "k": 4, "m": 12, "max_items": 3, "gap": 0, "idf": 0}])
def test_session_knn(recs, options, repeats, signed):
    trail = Trail(recs, 8, repeats=repeats, signed=signed)
    sessions = sessions_of(trail.rows, options["gap"])
    idf = np.zeros(ITEMS)
    for item in range(ITEMS):
        having = sum(item in items for _, items in sessions)
        idf[item] = 1 if not options["idf"] else np.log(len(sessions) / having) if having else 0
    scorer = trail.fit("session-knn", ";".join(f"{key}={value}" for key, value in options.items()))
    for user, row in enumerate(trail.rows):
        asked = list(dict.fromkeys(item for item, weight, _ in row[::-1] if weight > 0))[:options["max_items"]]
        weights = [WEIGHTINGS[options["weighting"]](r, len(asked)) for r in range(len(asked))]
        sample = [session for session in sessions if session[1] & set(asked)][:options["m"]]
        for who in (user, NO_ROW):
            near = [(sum(w for item, w in zip(asked, weights) if item in items), items)
                    for owner, items in sample if owner != who]
            near.sort(key=lambda pair: -np.round(pair[0], 12))
            expected, known = np.zeros(ITEMS), np.zeros(ITEMS, bool)
            for score, items in near[:options["k"]]:
                match = max(0, 1 - options["match_decay"] * (1 + min(asked.index(i) for i in items if i in asked)))
                expected[list(items)] += score * match * idf[list(items)]
                known[list(items)] |= match > 0
            got = trail.scores(scorer, row, who)
            assert np.array_equal(np.isnan(got), ~known)
            np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=1e-9)


@pytest.mark.parametrize("exponent_from,exponent_to,shrink", [(0.5, 0.2, 0), (0, 1, 0), (0.3, 0.9, 2.5), (0, 0, 0)])
@pytest.mark.parametrize("k", [3, 100])
def test_user_knn_with_exponents(recs, exponent_from, exponent_to, shrink, k):
    trail = Trail(recs, 6)
    rows = np.zeros((USERS, ITEMS))
    for user in range(USERS):
        for item, weight, _ in matrix_row(recs, trail.matrix, user):
            rows[user, item] = weight
    scorer = trail.fit("user-knn", f"k={k};exponent_from={exponent_from};exponent_to={exponent_to};shrink={shrink}")
    squares, common = (rows * rows).sum(1), (rows != 0) @ (rows != 0).T.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        similar = rows @ rows.T / np.outer(squares ** exponent_from, squares ** exponent_to) * common / (common + shrink)
    similar = np.nan_to_num(similar)
    np.fill_diagonal(similar, 0)
    for user in range(USERS):
        order = [v for v in np.lexsort((np.arange(USERS), -np.float32(similar[user]))) if similar[user, v] > 0][:k]
        expected = similar[user, order] @ rows[order]
        row = [(item, rows[user, item], NO_TIME) for item in np.flatnonzero(rows[user])]
        np.testing.assert_allclose(np.nan_to_num(trail.scores(scorer, row, user)), expected, rtol=3e-6)


SCORERS = [("order-knn", ""), ("session-knn", ""), ("session-knn", "weighting=linear;k=3;max_items=5"),
           ("markov", "min_count=1;order=3"), ("user-knn", "recency=0.7;exponent_from=0.2;exponent_to=0.7"),
           ("item-knn", "distance=0.3;backward=0.7;recency=0.7"), ("item-knn", "window=2;normalize=1;recency=0.7;half_life=6")]


@pytest.mark.parametrize("name,settings", SCORERS)
def test_contributions_sum_to_the_score(recs, name, settings):
    trail = Trail(recs, 4)
    scorer, explained = trail.fit(name, settings), 0
    for user, row in enumerate(trail.rows):
        for item, score in enumerate(trail.scores(scorer, row, user)):
            amounts = trail.amounts(scorer, row, item, user)
            assert np.isclose(sum(amounts), np.nan_to_num(score), rtol=1e-6, atol=1e-12)
            explained += len(amounts) > 0
    assert explained > 200


@pytest.mark.parametrize("name,settings", SCORERS)
def test_same_bits_for_any_thread_count(recs, name, settings):
    bits = []
    for threads in (1, 2, 8):
        trail = Trail(recs, 5, threads=threads)
        scorer = trail.fit(name, settings)
        bits.append([trail.scores(scorer, row, user).tobytes() for user, row in enumerate(trail.rows)])
    assert bits[0] == bits[1] == bits[2]
