"""What a model serves against what its scorers say, and the raw equal hybrid against the mean of its parts."""
import numpy as np
import pytest

from conftest import NO_ROW

USERS, ITEMS, EVENTS = 50, 35, 500


class Served:
    """A model over a random log with tags, and numpy views of what it answers."""

    def __init__(self, recs, scorer, settings=None, fallback="none", seed=0):
        self.recs, self.ffi, self.lib = recs, recs.ffi, recs.lib
        random = np.random.default_rng(seed)
        self.users = self.dictionary("u", USERS)
        self.items = self.dictionary("i", ITEMS)
        self.log = recs.make("recs_events", self.lib.recs_events_create, self.users, self.items)
        columns = self.ffi.new("recs_event_columns *")
        users = random.integers(0, USERS - 1, EVENTS, dtype=np.uint32)  # the last user does nothing
        items = (ITEMS * random.random(EVENTS) ** 2).astype(np.uint32)
        times = np.arange(EVENTS, dtype=np.int64)
        columns.struct_size = self.ffi.sizeof("recs_event_columns")
        columns.users = recs.array("uint32_t", users)
        columns.items = recs.array("uint32_t", items)
        columns.times = recs.array("int64_t", times)
        recs.ok(self.lib.recs_events_append(self.log, columns, EVENTS))
        self.goods = self.tagged(random)
        strings = [self.ffi.new("char[]", text.encode()) for text in (scorer, settings or "", fallback)]
        options = recs.options("model", items=self.goods, scorer=strings[0], settings=strings[1], fallback=strings[2])
        self.model = recs.make("recs_model", self.lib.recs_model_fit, self.log, options, self.ffi.NULL, self.ffi.NULL)
        self.scorer = self.lib.recs_model_scorer(self.model)

    def dictionary(self, letter, count):
        ids = self.recs.make("recs_ids", self.lib.recs_ids_create, self.recs.context())
        row = self.ffi.new("uint32_t *")
        for i in range(count):
            name = f"{letter}{i}".encode()
            self.recs.ok(self.lib.recs_ids_add(row, ids, name, len(name)))
        return ids

    def tagged(self, random):
        goods = self.recs.make("recs_profiles", self.lib.recs_profiles_create, self.items)
        field = self.ffi.new("uint32_t *")
        self.recs.ok(self.lib.recs_profiles_define(field, goods, b"tags", self.lib.RECS_FIELD_TAGS, 0))
        for item, tag in zip(*np.nonzero(random.random((ITEMS, 8)) < 0.3)):
            self.recs.ok(self.lib.recs_profiles_set_tag(goods, int(item), field[0], f"tag{tag}".encode(), 4, 1.0))
        return goods

    def history(self, user):
        history = self.ffi.new("recs_history *")
        items, weights = self.ffi.new("const uint32_t **"), self.ffi.new("const float **")
        times, count = self.ffi.new("const int64_t **"), self.ffi.new("size_t *")
        histories = self.lib.recs_model_histories(self.model)
        self.recs.ok(self.lib.recs_histories_row(items, weights, times, count, histories, user))
        history.struct_size = self.ffi.sizeof("recs_history")
        history.items, history.weights, history.times, history.count = items[0], weights[0], times[0], count[0]
        history.user = user
        return history

    def scores(self, scorer, user):
        out = np.empty(ITEMS)
        self.recs.ok(self.lib.recs_scorer_score(self.recs.array("double", out), scorer, self.history(user)))
        return out

    def seen(self, user):
        history = self.history(user)
        return self.recs.view(history.items, history.count, np.uint32)

    def recommend(self, user, n):
        items, scores, count = np.empty(n, np.uint32), np.empty(n), self.ffi.new("size_t *")
        self.recs.ok(self.lib.recs_model_recommend(self.recs.array("uint32_t", items), self.recs.array("double", scores),
                                                   count, self.model, user, n, self.ffi.NULL))
        return items[:count[0]], scores[:count[0]]


def best(scores, without, n):
    """Rows of the best scores, equal ones by row; unknown ones are left out."""
    rows = np.array([row for row in range(len(scores)) if not np.isnan(scores[row]) and row not in set(without)], int)
    return rows[np.lexsort((rows, -scores[rows]))][:n]


@pytest.mark.parametrize("scorer", ["popularity", "content", "user-knn", "item-knn", "als", "hybrid", "hybrid-equal"])
def test_lists_are_argsorts_of_scores(recs, scorer):
    served = Served(recs, scorer)
    for user in range(USERS):
        scores = served.scores(served.scorer, user)
        expected = best(scores, served.seen(user), 10)
        items, given = served.recommend(user, 10)
        assert items.tolist() == expected.tolist()
        assert given.tolist() == scores[expected].tolist()


def test_fallback_comes_after(recs):
    served = Served(recs, "item-knn", "k=2", "popularity")
    fallback = served.lib.recs_model_fallback(served.model)
    filled = 0
    for user in range(USERS):
        own = best(served.scores(served.scorer, user), served.seen(user), 20)
        rest = best(served.scores(fallback, user), [*served.seen(user), *own], 20 - len(own))
        items, _ = served.recommend(user, 20)
        assert items.tolist() == [*own, *rest]
        filled += len(rest) > 0
    assert filled > 0
    assert len(served.recommend(USERS - 1, 20)[0]) == 20


def test_raw_hybrid_is_the_mean_of_its_parts(recs):
    served = Served(recs, "hybrid-equal", "mode=raw")
    count = served.lib.recs_scorer_parts(served.scorer)
    assert count == 3
    for user in range(USERS):
        parts = np.array([served.scores(served.lib.recs_scorer_part(served.scorer, i), user) for i in range(count)])
        expected = np.where(np.isnan(parts).all(0), np.nan, np.nan_to_num(parts).sum(0) / count)
        np.testing.assert_allclose(served.scores(served.scorer, user), expected, rtol=1e-14, atol=1e-300)
