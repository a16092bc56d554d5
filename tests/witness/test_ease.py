"""EASE against its formula in double-precision numpy."""
import numpy as np
import pytest
import scipy.sparse as sp

from test_scorers import Shop


def weights_of(matrix, regularisation):
    """Steck 2019: B(i, j) = -P(i, j) / P(j, j) off the diagonal, with P the inverse of X'X + lambda I."""
    x = matrix.toarray().astype(np.float64)
    inverse = np.linalg.inv(x.T @ x + regularisation * np.eye(x.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def zipf(users, items, mean, seed, values=None):
    """Users who take items with probabilities that fall like 1 / rank, as shops' customers do."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.arange(items))
    cells = sorted({(user, item) for user in range(users)
                    for item in random.choice(items, 1 + random.poisson(mean), p=chance / chance.sum())})
    rows, columns = np.array(cells).T
    data = np.ones(len(cells)) if values is None else random.choice(values, len(cells))
    return sp.csr_matrix((data.astype(np.float32), (rows, columns)), (users, items))


def street(users, items, reach, seed):
    """Users who take three items near each other, and sometimes the first: most items share users with few others."""
    random = np.random.default_rng(seed)
    cells = {(user, int(item)) for user in range(users)
             for item in np.append(random.integers(0, items - reach) + random.choice(reach, 3, replace=False), 0)
             if item > 0 or random.random() < 0.3}
    rows, columns = np.array(sorted(cells)).T
    return sp.csr_matrix((np.ones(len(cells), np.float32), (rows, columns)), (users, items))


def apart(*parts):
    """Matrices that share neither users nor items, their rows and columns mixed."""
    random = np.random.default_rng(len(parts))
    whole = sp.block_diag(parts, "csr")
    return whole[random.permutation(whole.shape[0])][:, random.permutation(whole.shape[1])].tocsr().sorted_indices()


CASES = {
    "a block and a bit": (zipf(900, 260, 6, 1), 50),
    "many small groups": (apart(*[zipf(5, 3 + seed % 9, 2, seed) for seed in range(60)]), 0.7),
    "two large groups": (apart(zipf(700, 300, 5, 2), zipf(600, 250, 7, 3), zipf(30, 20, 3, 4)), 20),
    "fewer users than items": (zipf(90, 700, 40, 5), 30),
    "items with few others": (street(1500, 700, 12, 9), 3),
    "items with few others, hardly regularised": (street(1500, 700, 12, 10), 0.05),
    "ratings and returns": (zipf(500, 300, 8, 6, [-1, 0, 0.5, 1, 2, 5]), 10),
    "hardly regularised": (zipf(1500, 280, 9, 7), 0.05),
    "fewer users, hardly regularised": (zipf(80, 600, 50, 8), 0.05),
}


def scores_of(shop, scorer, weights):
    """Scores of users, and those of the formula."""
    for user in range(0, shop.matrix.shape[0], 1 + shop.matrix.shape[0] // 50):
        history = shop.history(user)
        yield shop.scores(scorer, history), shop.matrix[user].toarray()[0].astype(np.float64) @ weights


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("threads", [1, 2])
def test_exact_scores(recs, case, threads):
    matrix, regularisation = CASES[case]
    shop = Shop(recs, matrix, threads=threads, profiles=False)
    scorer = shop.fit("ease", f"lambda={regularisation};method=exact")
    for got, expected in scores_of(shop, scorer, weights_of(matrix, regularisation)):
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("cpu_mask", [0, 1, 0xFFFFFFFF])
def test_single_precision_is_near(recs, cpu_mask):
    """Plain C, AVX2, and all that this machine has."""
    matrix, regularisation = CASES["two large groups"]
    shop = Shop(recs, matrix, profiles=False)
    shop.handle = recs.matrix(matrix, 2, cpu_mask)
    shop.training.matrix = shop.handle
    scorer = shop.fit("ease", f"lambda={regularisation};precision=single")
    for got, expected in scores_of(shop, scorer, weights_of(matrix, regularisation)):
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=0, atol=1e-5)


def test_default_lambda_follows_the_scale(recs):
    matrix, _ = CASES["ratings and returns"]
    diagonal = np.asarray(matrix.multiply(matrix).sum(0), np.float64)[0]
    touched = np.asarray((matrix != 0).sum(0))[0] > 0
    shop = Shop(recs, matrix, profiles=False)
    for got, expected in scores_of(shop, shop.fit("ease"), weights_of(matrix, 3 * diagonal.sum() / touched.sum())):
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("top_k", [1, 10])
def test_largest_weights_of_a_row(recs, top_k):
    matrix, regularisation = CASES["ratings and returns"]
    weights = weights_of(matrix, regularisation)
    for row in weights:
        row[np.argsort(-np.abs(row), kind="stable")[top_k:]] = 0
    shop = Shop(recs, matrix, profiles=False)
    for got, expected in scores_of(shop, shop.fit("ease", f"lambda={regularisation};top_k={top_k}"), weights):
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=0, atol=1e-6)


def local_weights(matrix, regularisation, neighbors):
    """Of each item, ridge regression on the items nearest by cosine."""
    x = matrix.toarray().astype(np.float64)
    gram = x.T @ x
    lengths = np.sqrt(np.diag(gram))
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.nan_to_num(gram / np.outer(lengths, lengths)).astype(np.float32)
    np.fill_diagonal(cosine, 0)
    weights = np.zeros_like(gram)
    for item, similar in enumerate(cosine):
        near = np.lexsort((np.arange(len(similar)), -similar))[:neighbors]
        near = near[similar[near] > 0]
        left = gram[np.ix_(near, near)] + regularisation * np.eye(len(near))
        weights[near, item] = np.linalg.solve(left, gram[near, item])
    return weights


@pytest.mark.parametrize("case", ["a block and a bit", "two large groups", "ratings and returns"])
@pytest.mark.parametrize("memory", [0, 1])
@pytest.mark.parametrize("neighbors", [1000, 400])
def test_local_weights(recs, case, neighbors, memory):
    """With and without sums that are kept, in systems of one block and of several. Equal cosines make fewer neighbours a matter of
    rounding: the cases take all."""
    matrix, regularisation = CASES[case]
    shop = Shop(recs, matrix, profiles=False)
    scorer = shop.fit("ease", f"lambda={regularisation};method=local;neighbors={neighbors};memory_mb={memory}")
    for got, expected in scores_of(shop, scorer, local_weights(matrix, regularisation, neighbors)):
        np.testing.assert_allclose(np.nan_to_num(got), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("settings", ["", "top_k=5", "method=local"])
def test_reasons_sum_to_the_score(recs, settings):
    shop = Shop(recs, CASES["ratings and returns"][0], profiles=False)
    scorer = shop.fit("ease", settings)
    for user in range(0, 500, 100):
        history = shop.history(user)
        for item, score in enumerate(shop.scores(scorer, history)):
            amounts = [amount for _, _, amount in shop.contributions(scorer, history, item)]
            assert np.isclose(sum(amounts), np.nan_to_num(score), rtol=1e-6, atol=1e-9)
