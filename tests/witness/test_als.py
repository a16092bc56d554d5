"""The scorer "als" against numpy in double precision."""
import numpy as np
import pytest
import scipy.sparse as sp

from test_scorers import Shop

ALPHA, UNOBSERVED, REGULARIZATION, EXPONENT = 3.0, 0.4, 0.3, 0.7
SETTINGS = f"alpha={ALPHA};unobserved={UNOBSERVED};by_density=0;regularization={REGULARIZATION};exponent={EXPONENT}"


def ratings(seed, users=90, items=70, density=0.2):
    """Weights -2 to 3, some of them 0, with users and items that nobody has."""
    random = np.random.default_rng(seed)
    matrix = sp.random(users, items, density, "csr", np.float32, random)
    matrix.data = random.choice(np.array([-2, -0.5, 0, 0.25, 1, 3], np.float32), matrix.nnz)
    matrix = matrix.tolil()
    matrix[5] = matrix[11] = 0
    matrix[:, 8] = 0
    matrix[3, :] = 1  # more than are solved side by side
    return matrix.tocsr()


def confidences(matrix):
    """p and c of every cell, and each user's and item's ridge."""
    weights = matrix.toarray().astype(np.float64)
    liked = (weights > 0).astype(np.float64)
    confidence = UNOBSERVED + ALPHA * np.abs(weights)
    ridge = lambda axis: REGULARIZATION * ((weights != 0) + UNOBSERVED * (weights == 0)).sum(axis) ** EXPONENT
    return liked, confidence, ridge(1), ridge(0)


def solve(liked, confidence, ridge, other):
    """One half-step: each row's ridge regression."""
    rows = [np.linalg.solve((other.T * c) @ other + r * np.eye(other.shape[1]), other.T @ (c * p))
            for p, c, r in zip(liked, confidence, ridge)]
    return np.array(rows)


def loss(liked, confidence, user_ridge, item_ridge, users, items):
    return ((confidence * (liked - users @ items.T) ** 2).sum() + (user_ridge * (users**2).sum(1)).sum() +
            (item_ridge * (items**2).sum(1)).sum())


class Fitted(Shop):
    def __init__(self, recs, matrix, settings, threads=2, cpu_mask=0xFFFFFFFF):
        super().__init__(recs, matrix, threads=threads, profiles=False)
        if cpu_mask != 0xFFFFFFFF:
            self.handle = self.training.matrix = recs.matrix(matrix, threads, cpu_mask)
        self.scorer = self.fit("als", settings)

    def items(self):
        factors, width = self.recs.ffi.new("const float **"), self.recs.ffi.new("uint32_t *")
        self.recs.ok(self.recs.lib.recs_als_items(factors, width, self.scorer))
        count = self.matrix.shape[1]
        return self.recs.view(factors[0], count * width[0], np.float32).reshape(count, width[0])

    def user(self, history):
        out = np.empty(self.items().shape[1], np.float32)
        self.recs.ok(self.recs.lib.recs_als_user(self.recs.ffi.cast("float *", self.recs.ffi.from_buffer(out)), self.scorer,
                                                 history))
        return out

    def users(self):
        return np.array([self.user(self.history(user)) for user in range(self.matrix.shape[0])])

    def loss(self):
        out = self.recs.ffi.new("double *")
        self.recs.ok(self.recs.lib.recs_als_loss(out, self.scorer))
        return out[0]


def close(got, expected, tolerance=1e-5):
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("cpu_mask", [0, 1, 0xFFFFFFFF])
@pytest.mark.parametrize("factors", [1, 8, 40, 100])
def test_users_and_items_are_half_steps(recs, factors, cpu_mask):
    """The users that a fit of two iterations gives begin the third; a fit of three shows the items it ends with."""
    settings = f"{SETTINGS};factors={factors}"
    matrix = ratings(1)
    two = Fitted(recs, matrix, f"{settings};iterations=2", cpu_mask=cpu_mask)
    three = Fitted(recs, matrix, f"{settings};iterations=3", cpu_mask=cpu_mask)
    liked, confidence, user_ridge, item_ridge = confidences(matrix)
    users = two.users().astype(np.float64)
    close(users, solve(liked, confidence, user_ridge, two.items().astype(np.float64)))
    items = solve(liked.T, confidence.T, item_ridge, users)
    fitted = three.items().astype(np.float64)
    close(fitted @ fitted.T, items @ items.T)  # the fit turns its factors, which changes no product
    np.testing.assert_allclose(three.loss(), loss(liked, confidence, user_ridge, item_ridge, users, items), rtol=1e-6)


def test_plain_alternation_ends_at_the_same_loss(recs):
    """However it is solved, and from wherever."""
    matrix = ratings(3)
    liked, confidence, user_ridge, item_ridge = confidences(matrix)
    items = np.random.default_rng(0).normal(0, 0.1, (70, 4))
    for _ in range(200):
        users = solve(liked, confidence, user_ridge, items)
        items = solve(liked.T, confidence.T, item_ridge, users)
    expected = loss(liked, confidence, user_ridge, item_ridge, users, items)
    for seed in (1, 2):
        fitted = Fitted(recs, matrix, f"{SETTINGS};factors=4;iterations=200;seed={seed}")
        np.testing.assert_allclose(fitted.loss(), expected, rtol=0.01)


def test_blocks_end_at_the_same_loss(recs):
    matrix = ratings(4, users=150, items=120, density=0.8)
    whole = Fitted(recs, matrix, f"{SETTINGS};factors=40;iterations=100")
    blocks = Fitted(recs, matrix, f"{SETTINGS};factors=40;block=16;iterations=100")
    np.testing.assert_allclose(blocks.loss(), whole.loss(), rtol=0.01)
    liked, confidence, ridge, _ = confidences(matrix)
    close(blocks.users(), solve(liked, confidence, ridge, blocks.items().astype(np.float64)))  # asked for as a whole


def test_scores_similarities_and_contributions(recs):
    fitted = Fitted(recs, ratings(5), f"{SETTINGS};factors=10;iterations=4")
    liked, confidence, ridge, _ = confidences(fitted.matrix)
    items = fitted.items().astype(np.float64)
    users = solve(liked, confidence, ridge, items)
    for user in range(20):
        scores = fitted.scores(fitted.scorer, fitted.history(user))
        known = items.any(1) & liked[user].any()
        assert np.array_equal(~np.isnan(scores), known)
        close(np.nan_to_num(scores), known * (items @ users[user]))
        inverse = np.linalg.inv((items.T * confidence[user]) @ items + ridge[user] * np.eye(items.shape[1]))
        for item in (0, 8, 30):
            expected = confidence[user] * liked[user] * (items @ inverse @ items[item])
            got = np.zeros(len(expected))
            for kind, row, amount in fitted.contributions(fitted.scorer, fitted.history(user), item):
                assert kind == recs.lib.RECS_REASON_ITEM
                got[row] = amount
            close(got, expected)
    unit = np.divide(items, np.linalg.norm(items, axis=1, keepdims=True), where=items.any(1)[:, None], out=np.zeros_like(items))
    expected = unit @ unit[7]
    rows, values, count = recs.ffi.new("uint32_t[70]"), recs.ffi.new("double[70]"), recs.ffi.new("size_t *")
    recs.ok(recs.lib.recs_scorer_similar(rows, values, count, fitted.scorer, 7, recs.ffi.NULL, 70))
    assert set(list(rows[0:count[0]])) == set(np.flatnonzero(items.any(1))) - {7}
    close(np.array(list(values[0:count[0]])), expected[list(rows[0:count[0]])])


def test_empty_cells_by_density(recs):
    matrix = ratings(6)
    density = matrix.nnz / np.prod(matrix.shape)
    first = Fitted(recs, matrix, "factors=5;unobserved=2")
    second = Fitted(recs, matrix, f"factors=5;by_density=0;unobserved={2 * density!r}")
    assert np.array_equal(first.items(), second.items()) and first.loss() == second.loss()
