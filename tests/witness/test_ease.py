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
