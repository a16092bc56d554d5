"""Scorers against plain double-precision references in numpy."""
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from conftest import NO_ROW
from eventlog import Log, read_events

USERS, ITEMS = 60, 40


def interactions(seed, density=0.15, binary=False):
    matrix = sp.random(USERS, ITEMS, density, "csr", np.float32, np.random.default_rng(seed))
    matrix.data = np.ones_like(matrix.data) if binary else (1 + np.floor(4 * matrix.data)).astype(np.float32)
    return matrix


def signed(matrix, seed=0):
    """Some of what users did turned into dislikes."""
    matrix = matrix.copy()
    matrix.data *= np.random.default_rng([seed, 1]).choice(np.float32([1, 1, -1]), len(matrix.data))
    return matrix


class Shop:
    """A training over a random matrix, with tags, texts, numbers and embeddings of the items and tags of the users."""

    def __init__(self, recs, matrix, seed=0, threads=2, profiles=True):
        ffi, lib = recs.ffi, recs.lib
        self.recs, self.matrix = recs, matrix
        self.random = np.random.default_rng(seed)
        self.handle = recs.matrix(matrix, threads)
        self.training = ffi.new("recs_training *")
        self.training.struct_size = ffi.sizeof("recs_training")
        self.training.matrix = self.handle
        if profiles:
            self.item_tags = self.random.random((matrix.shape[1], 6)) < 0.35
            self.user_tags = self.random.random((matrix.shape[0], 6)) < 0.2
            self.items = self.store(threads, matrix.shape[1], "i", self.item_tags)
            self.users = self.store(threads, matrix.shape[0], "u", self.user_tags)
            self.training.items = self.items[1]
            self.training.users = self.users[1]

    def store(self, threads, rows, letter, tags):
        """Profiles with one tag field; returns the dictionary and the store."""
        recs, lib = self.recs, self.recs.lib
        ids = recs.make("recs_ids", lib.recs_ids_create, recs.context(threads))
        row = recs.ffi.new("uint32_t *")
        for i in range(rows):
            name = f"{letter}{i}".encode()
            recs.ok(lib.recs_ids_add(row, ids, name, len(name)))
        profiles = recs.make("recs_profiles", lib.recs_profiles_create, ids)
        field = recs.ffi.new("uint32_t *")
        recs.ok(lib.recs_profiles_define(field, profiles, b"style", lib.RECS_FIELD_TAGS, 0))
        for i, tag in zip(*np.nonzero(tags)):
            recs.ok(lib.recs_profiles_set_tag(profiles, int(i), field[0], f"tag{tag}".encode(), 4, 1.0))
        return ids, profiles

    def fit(self, name, settings=None):
        recs = self.recs
        text = recs.ffi.NULL if settings is None else settings.encode()
        return recs.make("recs_scorer", recs.lib.recs_scorer_fit, self.training, name.encode(), text, recs.ffi.NULL,
                         recs.ffi.NULL)

    def history(self, user=None, items=None, weights=None):
        """A known user's row, or a given history."""
        if items is None:
            row = self.matrix[user]
            items, weights = row.indices, row.data
        history = self.recs.ffi.new("recs_history *")
        self.kept = (np.asarray(items, np.uint32), None if weights is None else np.asarray(weights, np.float32))
        history.struct_size = self.recs.ffi.sizeof("recs_history")
        history.items = self.recs.array("uint32_t", self.kept[0])
        history.weights = self.recs.array("float", self.kept[1])
        history.count = len(items)
        history.user = NO_ROW if user is None else user
        return history

    def scores(self, scorer, history):
        out = np.empty(self.matrix.shape[1], np.float64)
        self.recs.ok(self.recs.lib.recs_scorer_score(self.recs.ffi.cast("double *", self.recs.ffi.from_buffer(out)),
                                                     scorer, history))
        return out

    def contributions(self, scorer, history, item, capacity=1000):
        ffi = self.recs.ffi
        kinds, rows = ffi.new("int32_t[]", capacity), ffi.new("uint32_t[]", capacity)
        labels, amounts = ffi.new("const char *[]", capacity), ffi.new("double[]", capacity)
        count = ffi.new("size_t *")
        self.recs.ok(self.recs.lib.recs_scorer_contributions(kinds, rows, labels, amounts, count, scorer, history, item,
                                                             capacity))
        return [(kinds[i], rows[i], amounts[i]) for i in range(count[0])]


def cosine(rows):
    rows = rows.toarray().astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        similar = rows @ rows.T / np.outer(lengths, lengths)
    similar[~np.isfinite(similar)] = 0
    return similar


def keep_best(similarities, k):
    """The k largest of each row, not the row itself, equal ones by column; all others 0."""
    kept = np.zeros_like(similarities)
    for row, values in enumerate(similarities):
        order = [j for j in np.lexsort((np.arange(len(values)), -values)) if j != row and values[j] > 0][:k]
        kept[row, order] = values[order]
    return kept


@pytest.mark.parametrize("dislikes", [0, 1])
@pytest.mark.parametrize("normalize", [0, 1])
@pytest.mark.parametrize("k", [3, 50])
def test_item_knn(recs, k, normalize, dislikes):
    shop = Shop(recs, signed(interactions(1)) if dislikes else interactions(1), profiles=False)
    scorer = shop.fit("item-knn", f"k={k};normalize={normalize}")
    similar = keep_best(cosine(shop.matrix.T.tocsr()), k)
    for user in range(USERS):
        weights = shop.matrix[user].toarray()[0].astype(np.float64)
        expected = weights @ similar
        reach = (weights != 0) @ similar
        got = shop.scores(scorer, shop.history(user))
        assert np.array_equal(np.isnan(got), reach == 0)
        if normalize:
            expected = np.divide(expected, reach, where=reach > 0, out=np.zeros(ITEMS))
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("dislikes", [0, 1])
@pytest.mark.parametrize("normalize", [0, 1])
@pytest.mark.parametrize("k", [4, 100])
def test_user_knn(recs, k, normalize, dislikes):
    shop = Shop(recs, signed(interactions(2)) if dislikes else interactions(2), profiles=False)
    scorer = shop.fit("user-knn", f"k={k};normalize={normalize}")
    near = keep_best(cosine(shop.matrix), k)
    dense = shop.matrix.toarray().astype(np.float64)
    for user in range(USERS):
        expected = near[user] @ dense
        reach = near[user] @ (dense != 0)
        got = shop.scores(scorer, shop.history(user))
        assert np.array_equal(np.isnan(got), reach == 0)
        if normalize:
            expected = np.divide(expected, reach, where=reach > 0, out=np.zeros(ITEMS))
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("idf", [0, 1])
@pytest.mark.parametrize("history_weight,profile_weight", [(1, 1), (1, 0), (0, 1), (2, 0.5)])
def test_content(recs, idf, history_weight, profile_weight):
    shop = Shop(recs, interactions(3), seed=3)
    scorer = shop.fit("content", f"idf={idf};history_weight={history_weight};profile_weight={profile_weight}")
    tags = shop.item_tags.astype(np.float64)
    weigh = np.log((1 + ITEMS) / (1 + tags.sum(0))) + 1 if idf else np.ones(6)
    unit = lambda rows: np.divide(rows, np.linalg.norm(rows, axis=-1, keepdims=True),
                                  where=np.linalg.norm(rows, axis=-1, keepdims=True) > 0, out=np.zeros_like(rows))
    items, users = unit(tags * weigh), unit(shop.user_tags * weigh)
    for user in range(USERS):
        done = unit(shop.matrix[user].toarray()[0].astype(np.float64) @ items)
        profile = unit(history_weight * done + profile_weight * users[user])
        got = np.nan_to_num(shop.scores(scorer, shop.history(user)))
        np.testing.assert_allclose(got, items @ profile, rtol=1e-5, atol=1e-6)


WORDS = ["red", "blue", "cup", "plate", "small", "large", "tea", "of", "the", "old"]


def bm25(texts, k1, b, min_documents):
    """Rows of length 1: tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length)) ln(1 + (n - df + .5) / (df + .5))."""
    counts = np.array([[text.count(word) for word in WORDS] for text in texts], float)
    n, df, lengths = sum(map(bool, texts)), (counts > 0).sum(0), counts.sum(1, keepdims=True)
    idf = np.log(1 + (n - df + 0.5) / (df + 0.5)) * (df >= min_documents)
    rows = counts * (k1 + 1) / np.maximum(counts + k1 * (1 - b + b * lengths / (lengths.sum() / n)), 1e-9) * idf
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


@pytest.mark.parametrize("k1,b,min_documents", [(1.2, 0.75, 2), (0, 0.3, 1), (3, 0, 1), (0.5, 1, 6)])
def test_content_by_bm25(recs, k1, b, min_documents):
    random = np.random.default_rng(11)
    texts = [list(random.choice(WORDS, random.integers(1, 25), p=np.arange(1, 11) / 55)) for _ in range(ITEMS - 1)] + [[]]
    shop = Shop(recs, interactions(8))
    field = recs.ffi.new("uint32_t *")
    recs.ok(recs.lib.recs_profiles_define(field, shop.items[1], b"words", recs.lib.RECS_FIELD_TEXT, 0))
    for item, text in enumerate(texts):
        text = " ".join(text).encode()
        recs.ok(recs.lib.recs_profiles_set_text(shop.items[1], item, field[0], text, len(text)))
    scorer = shop.fit("content", f"fields=words;text=bm25;k1={k1};b={b};min_documents={min_documents}")
    rows = bm25(texts, k1, b, min_documents)
    for user in range(0, USERS, 7):
        profile = shop.matrix[user].toarray()[0].astype(np.float64) @ rows
        got = np.nan_to_num(shop.scores(scorer, shop.history(user)))
        np.testing.assert_allclose(got, rows @ (profile / np.linalg.norm(profile)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dislikes", [0, 1])
def test_popularity(recs, dislikes):
    shop = Shop(recs, signed(interactions(4)) if dislikes else interactions(4), profiles=False)
    scorer = shop.fit("popularity")
    expected = (shop.matrix.toarray() > 0).sum(0) / USERS
    np.testing.assert_allclose(np.nan_to_num(shop.scores(scorer, shop.history(0))), expected, rtol=1e-15)


@pytest.mark.parametrize("recency", [1, 0.5])
def test_popularity_within_categories(recs, recency):
    shop = Shop(recs, interactions(12), seed=12)
    scorer = shop.fit("popularity", f"field=style;recency={recency}")
    tags = shop.item_tags.astype(np.float64)
    portions = np.divide(tags, tags.sum(1, keepdims=True), where=tags.sum(1, keepdims=True) > 0, out=np.zeros_like(tags))
    popularity = (shop.matrix.toarray() != 0).sum(0) / USERS
    shares = portions * popularity[:, None]
    shares = np.divide(shares, shares.sum(0), where=shares.sum(0) > 0, out=np.zeros_like(shares))
    for user in range(USERS):
        row = shop.matrix[user]
        weights = row.data * recency ** np.arange(len(row.data))[::-1]
        interest = weights @ portions[row.indices]
        expected = shares @ interest / interest.sum() if interest.sum() > 0 else popularity
        np.testing.assert_allclose(np.nan_to_num(shop.scores(scorer, shop.history(user))), expected, rtol=1e-6)


def test_equal_raw_hybrid_is_exactly_the_mean(recs):
    shop = Shop(recs, interactions(5), seed=5)
    hybrid = shop.fit("hybrid-equal", "mode=raw")
    parts = [shop.fit(name) for name in ("content", "user-knn", "item-knn")]
    for user in range(USERS):
        history = shop.history(user)
        content, user_knn, item_knn = (np.nan_to_num(shop.scores(part, history)) for part in parts)
        mean = (content + user_knn + item_knn) / 3
        assert np.array_equal(np.nan_to_num(shop.scores(hybrid, history)), mean)


def test_scaled_hybrid(recs):
    shop = Shop(recs, interactions(6), seed=6)
    hybrid = shop.fit("hybrid-equal", "weights=0.5,2,1;item-knn.k=7")
    parts = [shop.fit("content"), shop.fit("user-knn"), shop.fit("item-knn", "k=7")]
    for user in range(USERS):
        history = shop.history(user)
        unseen = shop.matrix[user].toarray()[0] == 0
        total = np.zeros(ITEMS)
        for weight, part in zip((0.5, 2, 1), parts):
            scores = np.nan_to_num(shop.scores(part, history))
            largest = np.abs(scores[unseen]).max()
            total += weight * (scores / largest if largest > 0 else scores)
        np.testing.assert_allclose(np.nan_to_num(shop.scores(hybrid, history)), total / 3.5, rtol=1e-14)


def test_reciprocal_ranks(recs):
    shop = Shop(recs, interactions(7), seed=7)
    hybrid = shop.fit("hybrid-equal", "mode=rrf;rrf_k=10")
    parts = [shop.fit(name) for name in ("content", "user-knn", "item-knn")]
    for user in range(USERS):
        history = shop.history(user)
        seen = shop.matrix[user].toarray()[0] != 0
        total = np.zeros(ITEMS)
        for part in parts:
            scores = shop.scores(part, history)
            order = [i for i in np.lexsort((np.arange(ITEMS), -np.nan_to_num(scores))) if not np.isnan(scores[i])]
            rank = 1
            for item in order:
                total[item] += 1 / (10 + rank)
                rank += not seen[item]
        np.testing.assert_allclose(np.nan_to_num(shop.scores(hybrid, history)), total / 3, rtol=1e-14)


@pytest.mark.parametrize("name,settings", [("content", None), ("user-knn", None), ("item-knn", None),
                                           ("item-knn", "normalize=1"), ("user-knn", "normalize=1"), ("popularity", None), ("popularity", "field=style"),
                                           ("hybrid-equal", None), ("hybrid-equal", "mode=raw"),
                                           ("hybrid-equal", "mode=rrf"), ("hybrid-equal", "weights=3,0,1")])
def test_contributions_sum_to_the_score(recs, name, settings):
    shop = Shop(recs, interactions(8), seed=8)
    scorer = shop.fit(name, settings)
    explained = 0
    for user in range(0, USERS, 7):
        history = shop.history(user)
        for item, score in enumerate(shop.scores(scorer, history)):
            amounts = [amount for _, _, amount in shop.contributions(scorer, history, item)]
            assert np.isclose(sum(amounts), 0 if np.isnan(score) else score, rtol=1e-6, atol=1e-9)
            assert all(abs(a) >= abs(b) for a, b in zip(amounts, amounts[1:]))
            explained += len(amounts) > 0
    assert explained > 50


@pytest.mark.parametrize("name", ["content", "user-knn", "item-knn", "popularity", "hybrid-equal"])
def test_lists_are_the_best_unseen_by_row(recs, name):
    shop = Shop(recs, interactions(9, binary=True), seed=9)
    scorer = shop.fit(name)
    ffi, lib = recs.ffi, recs.lib
    items, scores, count = ffi.new("uint32_t[]", ITEMS), ffi.new("double[]", ITEMS), ffi.new("size_t *")
    for user in range(USERS):
        history = shop.history(user)
        all_scores = shop.scores(scorer, history)
        seen = set(shop.matrix[user].indices)
        order = [i for i in np.lexsort((np.arange(ITEMS), -np.nan_to_num(all_scores)))
                 if not np.isnan(all_scores[i]) and i not in seen]
        recs.ok(lib.recs_rank_list(items, scores, count, scorer, history, ffi.NULL, 10))
        assert [items[i] for i in range(count[0])] == order[:10]
        assert [scores[i] for i in range(count[0])] == [all_scores[i] for i in order[:10]]
        recs.ok(lib.recs_scorer_top(items, scores, count, scorer, history, ffi.NULL, ITEMS))
        assert count[0] == np.count_nonzero(~np.isnan(all_scores))


@pytest.mark.parametrize("name", ["content", "user-knn", "item-knn", "popularity", "hybrid-equal", "hybrid"])
def test_same_bits_for_any_thread_count(recs, name):
    answers = []
    for threads in (1, 2, 8):
        shop = Shop(recs, interactions(10, density=0.3), seed=10, threads=threads)
        shop.training.histories = recs.ffi.NULL
        scorer = shop.fit(name)
        answers.append([shop.scores(scorer, shop.history(user)).tobytes() for user in range(USERS)])
    assert answers[0] == answers[1] == answers[2]


def test_repeats_in_a_history_add_up(recs):
    shop = Shop(recs, interactions(11), seed=11)
    for name in ("content", "user-knn", "item-knn", "hybrid-equal"):
        scorer = shop.fit(name)
        once = shop.scores(scorer, shop.history(items=[3, 5], weights=[2, 1]))
        twice = shop.scores(scorer, shop.history(items=[3, 5, 3]))
        np.testing.assert_allclose(twice, once, rtol=1e-6, atol=1e-9)


def clustered_log(recs, seed, threads):
    """Users of one of four tastes, items of one of four kinds; what items are tagged with says nothing."""
    random = np.random.default_rng(seed)
    frames = []
    for user in range(240):
        own = random.permutation(np.arange(10) + 10 * (user % 4))[:6]
        items = np.where(random.random(6) < 0.2, random.integers(0, 40, 6), own)
        frames.append(pd.DataFrame({"user": user, "item": items, "time": 1000 * np.arange(6)}))
    log = Log(recs, [f"u{i}" for i in range(240)], [f"i{i}" for i in range(40)], columns=pd.concat(frames), threads=threads)
    profiles = recs.make("recs_profiles", recs.lib.recs_profiles_create, log.items)
    field = recs.ffi.new("uint32_t *")
    recs.ok(recs.lib.recs_profiles_define(field, profiles, b"noise", recs.lib.RECS_FIELD_TAGS, 0))
    for item in range(40):
        for tag in random.choice(6, 2, replace=False):
            recs.ok(recs.lib.recs_profiles_set_tag(profiles, item, field[0], f"t{tag}".encode(), 2, 1.0))
    return log, profiles


def ranks_of_taste(recs, scorer, matrix):
    """The mean rank of unseen items of the user's own kind."""
    scores, ranks = np.empty(40), []
    for user in range(240):
        row = matrix[user]
        history = recs.ffi.new("recs_history *")
        items = row.indices.astype(np.uint32)
        history.struct_size = recs.ffi.sizeof("recs_history")
        history.items, history.count, history.user = recs.array("uint32_t", items), len(items), user
        recs.ok(recs.lib.recs_scorer_score(recs.ffi.cast("double *", recs.ffi.from_buffer(scores)), scorer, history))
        unseen = np.setdiff1d(np.arange(40), items)
        order = unseen[np.argsort(-np.nan_to_num(scores[unseen]), kind="stable")]
        ranks += [np.flatnonzero(order == item)[0] for item in unseen if item // 10 == user % 4]
    return np.mean(ranks)


def test_learned_weights_trust_what_predicts(recs):
    bits = []
    for threads in (1, 2, 8):
        log, profiles = clustered_log(recs, 1, threads)
        training = recs.ffi.new("recs_training *")
        training.struct_size = recs.ffi.sizeof("recs_training")
        matrix = recs.make("recs_matrix", recs.lib.recs_matrix_build, log.events, recs.ffi.NULL)
        histories = recs.make("recs_histories", recs.lib.recs_histories_build, log.events, 0, recs.ffi.NULL)
        training.matrix, training.histories, training.items = matrix, histories, profiles
        make = lambda name: recs.make("recs_scorer", recs.lib.recs_scorer_fit, training, name,
                                      b"parts=content,item-knn", recs.ffi.NULL, recs.ffi.NULL)
        learned, equal = make(b"hybrid"), make(b"hybrid-equal")
        frame = read_events(recs, log.events)
        rows = sp.csr_matrix((np.ones(len(frame)), (frame["user"], frame["item"])), shape=(240, 40))
        rows.sum_duplicates()
        better, worse = ranks_of_taste(recs, learned, rows), ranks_of_taste(recs, equal, rows)
        assert better < 0.9 * worse
        bits.append((better, worse))
    assert bits[0] == bits[1] == bits[2]
