"""k-means against scikit-learn, from the same start centres."""
import warnings

import numpy as np
import pytest
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score

CASES = [(300, 2, 3), (1000, 1, 4), (2000, 7, 9), (5000, 16, 8), (3000, 33, 40), (700, 128, 65), (257, 5, 1)]


def clouds(seed, rows, columns, kinds, spread=0.6, far=0.0):
    random = np.random.default_rng(seed)
    centers = random.normal(size=(kinds, columns)) * 2
    values = centers[random.integers(kinds, size=rows)] + random.normal(size=(rows, columns)) * spread + far
    return values.astype(np.float32)


def fit(recs, values, clusters, centers=None, **options):
    if centers is not None:
        options["centers"] = recs.array("float", centers)
    return recs.make("recs_kmeans", recs.lib.recs_kmeans_fit, recs.context(2), recs.array("float", values), len(values),
                     values.shape[1], recs.options("kmeans", clusters=clusters, **options), recs.ffi.NULL,
                     recs.ffi.NULL)


def labels_of(recs, kmeans, rows):
    return recs.view(recs.lib.recs_kmeans_labels(kmeans), rows, np.uint32)


def centers_of(recs, kmeans):
    clusters, columns = recs.lib.recs_kmeans_clusters(kmeans), recs.lib.recs_kmeans_columns(kmeans)
    return recs.view(recs.lib.recs_kmeans_centers(kmeans), clusters * columns, np.float32).reshape(clusters, columns)


def witness(values, centers, tol=0.0, max_iter=300):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(len(centers), init=centers, n_init=1, tol=tol, max_iter=max_iter, algorithm="lloyd").fit(values)


def nearly_tied(values, centers, row):
    """Whether two centres are as near to a row as floats can tell."""
    squares = np.sort(((centers.astype(np.float64) - values[row]) ** 2).sum(axis=1))
    return squares[1] - squares[0] <= 1e-4 * (squares[1] + 1)


def compare_labels(values, centers, left, right):
    different = np.flatnonzero(left != right)
    assert all(nearly_tied(values, centers, row) for row in different)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rows,columns,clusters", CASES)
def test_same_start_same_end(recs, rows, columns, clusters, seed):
    values = clouds(seed, rows, columns, clusters)
    centers = values[np.random.default_rng(seed).choice(rows, clusters, replace=False)].copy()
    ours, theirs = fit(recs, values, clusters, centers, tolerance=0), witness(values, centers)
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-5)
    assert abs(recs.lib.recs_kmeans_iterations(ours) - theirs.n_iter_) <= 1
    np.testing.assert_allclose(centers_of(recs, ours), theirs.cluster_centers_, rtol=1e-3, atol=1e-3)
    compare_labels(values, centers_of(recs, ours), labels_of(recs, ours, rows), theirs.labels_)
    sizes = recs.view(recs.lib.recs_kmeans_sizes(ours), clusters, np.uint64)
    assert sizes.tolist() == np.bincount(labels_of(recs, ours, rows), minlength=clusters).tolist()


@pytest.mark.parametrize("iterations", [1, 2, 5])
def test_stopped_early(recs, iterations):
    values = clouds(11, 4000, 12, 20, spread=1.5)
    centers = values[:20].copy()
    ours = fit(recs, values, 20, centers, tolerance=0, max_iterations=iterations)
    theirs = witness(values, centers, max_iter=iterations)
    assert recs.lib.recs_kmeans_iterations(ours) == theirs.n_iter_ == iterations
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-5)
    compare_labels(values, centers_of(recs, ours), labels_of(recs, ours, 4000), theirs.labels_)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-2])
def test_tolerance_stops_at_the_same_iteration(recs, tolerance):
    values = clouds(12, 4000, 6, 8, spread=1.5)
    centers = values[:8].copy()
    ours = fit(recs, values, 8, centers, tolerance=tolerance)
    theirs = witness(values, centers, tol=tolerance)
    assert recs.lib.recs_kmeans_iterations(ours) == theirs.n_iter_
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-5)


def test_columns_far_from_zero(recs):
    values = clouds(13, 3000, 5, 6, far=3000.0)
    centers = values[:6].copy()
    ours, theirs = fit(recs, values, 6, centers, tolerance=0), witness(values, centers)
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-5)
    compare_labels(values - 3000.0, centers_of(recs, ours) - 3000.0, labels_of(recs, ours, 3000), theirs.labels_)


@pytest.mark.parametrize("seed", range(5))
def test_empty_clusters(recs, seed):
    values = clouds(seed, 1000, 3, 5)
    centers = np.vstack([values[:3], np.full((3, 3), 1e3) + np.arange(3)[:, None]]).astype(np.float32)
    ours, theirs = fit(recs, values, 6, centers, tolerance=0), witness(values, centers)
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-5)
    assert np.bincount(labels_of(recs, ours, 1000), minlength=6).min() > 0


def test_predict(recs):
    values, fresh = clouds(14, 2000, 9, 7), clouds(15, 3000, 9, 7)
    ours, theirs = fit(recs, values, 7, values[:7].copy(), tolerance=0), witness(values, values[:7].copy())
    labels, distances = np.empty(3000, np.uint32), np.empty(3000, np.float32)
    recs.ok(recs.lib.recs_kmeans_predict(recs.array("uint32_t", labels), recs.array("float", distances), ours,
                                         recs.array("float", fresh), 3000))
    compare_labels(fresh, centers_of(recs, ours), labels, theirs.predict(fresh))
    np.testing.assert_allclose(distances, theirs.transform(fresh).min(axis=1) ** 2, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("columns", [2, 16])
def test_seeding_is_as_good(recs, columns):
    """Inertia right after k-means++, averaged over seeds, against scikit-learn's greedy k-means++."""
    values = clouds(16, 3000, columns, 30)
    ours = np.mean([recs.lib.recs_kmeans_inertia(fit(recs, values, 30, seed=seed, starts=1, max_iterations=1))
                    for seed in range(20)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = np.mean([KMeans(30, n_init=1, max_iter=1, random_state=seed).fit(values).inertia_
                          for seed in range(20)])
    assert ours <= theirs * 1.05


@pytest.mark.parametrize("rows,columns,clusters", [(2, 3, 2), (40, 1, 2), (700, 5, 4), (3000, 16, 9), (500, 40, 200)])
def test_silhouette(recs, rows, columns, clusters):
    values = clouds(rows, rows, columns, clusters)
    labels = np.random.default_rng(rows).integers(clusters, size=rows).astype(np.uint32)
    labels[:2] = 0, 1
    if rows > 2:
        labels[: rows // 2] = np.argmax(values[: rows // 2, :1] > np.quantile(values[:, 0], 0.5), axis=1)
    out = recs.ffi.new("double *")
    recs.ok(recs.lib.recs_silhouette(out, recs.context(2), recs.array("float", values), rows, columns,
                                     recs.array("uint32_t", labels), clusters, 0, 1))
    assert out[0] == pytest.approx(0 if rows == 2 else silhouette_score(values.astype(np.float64), labels), abs=1e-6)


def unit(values):
    return (values / np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("rows,columns,clusters", CASES)
def test_weights(recs, rows, columns, clusters):
    values, random = clouds(21, rows, columns, clusters), np.random.default_rng(rows)
    weights = (random.exponential(size=rows) * (random.random(rows) > 0.1)).astype(np.float32)
    centers = values[random.choice(rows, clusters, replace=False)].copy()
    ours = fit(recs, values, clusters, centers, tolerance=0, weights=recs.array("float", weights))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = KMeans(clusters, init=centers, n_init=1, tol=0, algorithm="lloyd").fit(values, sample_weight=weights)
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-4)
    np.testing.assert_allclose(centers_of(recs, ours), theirs.cluster_centers_, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("rows,columns,clusters", [(300, 2, 3), (2000, 7, 9), (5000, 16, 8), (3000, 33, 12), (700, 128, 5)])
def test_cosine(recs, rows, columns, clusters):
    """Spherical k-means written out in numpy, over rows of length 1."""
    values = clouds(22, rows, columns, clusters, spread=2.5)
    start = np.random.default_rng(rows).choice(rows, clusters, replace=False)
    ours = fit(recs, values, clusters, values[start].copy(), tolerance=0, max_iterations=5, distance=2)
    rows_of_one = unit(values).astype(np.float64)
    centers = rows_of_one[start]
    for _ in range(5):
        labels = (rows_of_one @ centers.T).argmax(axis=1)
        sums = np.array([rows_of_one[labels == c].sum(axis=0) for c in range(clusters)])
        assert np.bincount(labels, minlength=clusters).min() > 0
        centers = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    inertia = (2 - 2 * (rows_of_one @ centers.T).max(axis=1)).sum()
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(inertia, rel=1e-3)
    assert np.median(np.abs(centers_of(recs, ours) - centers)) < 1e-5


@pytest.mark.parametrize("seeding", ["plusplus", "parallel"])
def test_whole_fits_are_as_good(recs, seeding):
    """Mean inertia of fits whose seeding does not look at all rows, against scikit-learn's, which does."""
    values = clouds(23, 40000, 8, 40, spread=1.2)
    ours = np.mean([recs.lib.recs_kmeans_inertia(fit(recs, values, 25, seed=seed, starts=1, seeding={"plusplus": 1, "parallel": 3}[seeding]))
                    for seed in range(10)])
    theirs = np.mean([KMeans(25, n_init=1, random_state=seed).fit(values).inertia_ for seed in range(10)])
    assert ours <= theirs * 1.005


@pytest.mark.parametrize("rows,columns,clusters,density", [(500, 30, 5, 0.2), (2000, 400, 12, 0.02), (300, 3000, 20, 0.01)])
def test_sparse(recs, rows, columns, clusters, density):
    import scipy.sparse
    random = np.random.default_rng(rows)
    values = scipy.sparse.random(rows, columns, density, format="csr", dtype=np.float32, random_state=random)
    values.data += 0.1
    centers = values[random.choice(np.flatnonzero(np.diff(values.indptr)), clusters, replace=False)].toarray()
    offsets, indices = values.indptr.astype(np.int64), values.indices.astype(np.uint32)
    matrix = recs.make("recs_matrix", recs.lib.recs_matrix_create, recs.context(2), rows, columns, recs.array("int64_t", offsets),
                       recs.array("uint32_t", indices), recs.array("float", values.data))
    ours = recs.make("recs_kmeans", recs.lib.recs_kmeans_fit_matrix, matrix,
                     recs.options("kmeans", clusters=clusters, centers=recs.array("float", centers), tolerance=0, max_iterations=4),
                     recs.ffi.NULL, recs.ffi.NULL)
    theirs = witness(values, centers, max_iter=4)
    assert recs.lib.recs_kmeans_inertia(ours) == pytest.approx(theirs.inertia_, rel=1e-4)
    labels = np.empty(rows, np.uint32)
    recs.ok(recs.lib.recs_kmeans_predict_matrix(recs.array("uint32_t", labels), recs.ffi.NULL, ours, matrix))
    assert labels.tolist() == labels_of(recs, ours, rows).tolist()
    assert np.mean(labels == theirs.labels_) > 0.99


def crowd(seed, rows, columns, kinds):
    """Clouds of very different sizes: the k-th has rows in proportion to k^-1.5."""
    random = np.random.default_rng(seed)
    share = np.arange(1, kinds + 1) ** -1.5
    return (random.normal(size=(kinds, columns)) * 3)[random.choice(kinds, size=rows, p=share / share.sum())] + random.normal(
        size=(rows, columns))


@pytest.mark.parametrize("values,clusters", [(clouds(24, 10000, 8, 40, spread=1.2), 25), (crowd(25, 10000, 5, 20).astype(np.float32), 15),
                                             (np.exp(np.random.default_rng(26).normal(size=(12000, 4))).astype(np.float32), 10)])
def test_mini_batches_are_as_good(recs, values, clusters):
    """Ten seeds, against scikit-learn's mini-batches of the same size, and the worst of them against iterations over all rows."""
    seeds = range(10)
    ours = [fit(recs, values, clusters, seed=seed, starts=1, algorithm=3, batch_size=1024) for seed in seeds]
    inertias = [recs.lib.recs_kmeans_inertia(kmeans) for kmeans in ours]
    theirs = [MiniBatchKMeans(clusters, batch_size=1024, n_init=1, random_state=seed).fit(values).inertia_ for seed in seeds]
    whole = [recs.lib.recs_kmeans_inertia(fit(recs, values, clusters, seed=seed, starts=1)) for seed in seeds]
    assert np.mean(inertias) <= np.mean(theirs) * 1.02
    assert np.mean(inertias) <= np.mean(whole) * 1.03
    assert max(inertias) <= np.mean(whole) * 1.12
    for kmeans, inertia in zip(ours[:2], inertias):
        squares = ((values[:, None, :].astype(np.float64) - centers_of(recs, kmeans)) ** 2).sum(axis=2)
        assert squares.min(axis=1).sum() == pytest.approx(inertia, rel=1e-5)
        compare_labels(values, centers_of(recs, kmeans), labels_of(recs, kmeans, len(values)), squares.argmin(axis=1))


def test_mini_batches_by_weight(recs):
    """Weights of integers, against the same rows written out, in the mean over seeds."""
    random = np.random.default_rng(27)
    values, weights = clouds(27, 6000, 6, 20, spread=1.5), random.integers(0, 6, size=6000).astype(np.float32)
    repeated = np.repeat(values, weights.astype(int), axis=0)
    options = {"starts": 1, "algorithm": 3, "batch_size": 512}
    weighted = np.mean([recs.lib.recs_kmeans_inertia(fit(recs, values, 12, seed=seed, weights=recs.array("float", weights), **options))
                        for seed in range(10)])
    plain = np.mean([recs.lib.recs_kmeans_inertia(fit(recs, repeated, 12, seed=seed, **options)) for seed in range(10)])
    assert weighted == pytest.approx(plain, rel=0.03)
