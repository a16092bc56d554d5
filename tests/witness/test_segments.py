"""Choice of k, agreement, stability and descriptions against scikit-learn, pandas and the formulas."""
import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import (adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score, normalized_mutual_info_score,
                             silhouette_score)
from threadpoolctl import threadpool_limits

NOISE = 0xFFFFFFFF
GAP, BIC = 2, 3


@pytest.fixture(autouse=True)
def one_thread():
    """Small fits by many threads that wait for each other take minutes on a busy machine."""
    with threadpool_limits(1):
        yield


def clouds(seed, rows, columns, kinds):
    random = np.random.default_rng(seed)
    centers = random.normal(size=(kinds, columns)) * 4
    return (centers[random.integers(kinds, size=rows)] + random.normal(size=(rows, columns))).astype(np.float32)


@pytest.mark.parametrize("rows,left,right", [(2, 1, 2), (10, 3, 4), (1000, 5, 5), (3000, 40, 2), (500, 1, 1), (400, 400, 7)])
def test_agreement(recs, rows, left, right):
    random = np.random.default_rng(rows)
    a, b = (random.integers(kinds, size=rows).astype(np.uint32) for kinds in (left, right))
    b[: rows // 2] = a[: rows // 2] % right
    b[0] = NOISE
    for one, other in ((a, b), (b, a), (a, a)):
        rand, information = recs.ffi.new("double *"), recs.ffi.new("double *")
        recs.ok(recs.lib.recs_clusters_compare(rand, information, recs.context(1), recs.array("uint32_t", one),
                                               recs.array("uint32_t", other), rows))
        assert rand[0] == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)
        assert information[0] == pytest.approx(normalized_mutual_info_score(one, other), abs=1e-9)


def choose(recs, values, **options):
    kmeans = recs.ffi.new("recs_kmeans **")
    choice = recs.ffi.new("recs_choice **")
    recs.ok(recs.lib.recs_kmeans_choose(choice, kmeans, recs.context(2), recs.array("float", values), *values.shape,
                                        recs.options("kmeans", tolerance=0), recs.options("choice", **options), recs.ffi.NULL,
                                        recs.ffi.NULL))
    choice, kmeans = recs.ffi.gc(choice[0], recs.lib.recs_choice_free), recs.ffi.gc(kmeans[0], recs.lib.recs_kmeans_free)
    count = recs.lib.recs_choice_count(choice)
    return choice, kmeans, {name: recs.view(getattr(recs.lib, f"recs_choice_{name}")(choice), count, np.float64) for name in
                            ("inertia", "silhouette", "gap", "gap_error", "bic", "calinski_harabasz", "davies_bouldin")}


def labels_of(recs, values, clusters):
    kmeans = recs.make("recs_kmeans", recs.lib.recs_kmeans_fit, recs.context(2), recs.array("float", values), *values.shape,
                       recs.options("kmeans", clusters=clusters, tolerance=0), recs.ffi.NULL, recs.ffi.NULL)
    return recs.view(recs.lib.recs_kmeans_labels(kmeans), len(values), np.uint32)


def bic(values, labels):
    """The log likelihood under one normal distribution a cluster, all of one variance, less the price of the parameters."""
    n, d = values.shape
    kinds = np.unique(labels)
    means = np.array([values[labels == c].mean(axis=0) for c in kinds])[np.searchsorted(kinds, labels)]
    variance = ((values - means) ** 2).sum() / (d * (n - len(kinds)))
    shares = np.bincount(labels)[labels] / n
    density = -((values - means) ** 2).sum(axis=1) / (2 * variance) - d / 2 * np.log(2 * np.pi * variance)
    return (np.log(shares) + density).sum() - len(kinds) * (d + 1) / 2 * np.log(n)


@pytest.mark.parametrize("rows,columns,kinds", [(600, 2, 4), (900, 5, 6)])
def test_the_table_of_a_choice(recs, rows, columns, kinds):
    values = clouds(rows, rows, columns, kinds)
    wide = values.astype(np.float64)
    choice, kmeans, table = choose(recs, values, criterion=BIC, sample=0, to=8)
    for index, clusters in enumerate(range(2, 9)):
        labels = labels_of(recs, values, clusters)
        assert table["silhouette"][index] == pytest.approx(silhouette_score(wide, labels), abs=1e-6)
        assert table["calinski_harabasz"][index] == pytest.approx(calinski_harabasz_score(wide, labels), rel=1e-5)
        assert table["davies_bouldin"][index] == pytest.approx(davies_bouldin_score(wide, labels), rel=1e-5)
        assert table["bic"][index] == pytest.approx(bic(wide, labels), rel=1e-6)
    assert recs.lib.recs_choice_chosen(choice) == recs.lib.recs_kmeans_clusters(kmeans) == 2 + table["bic"].argmax()


def test_gap(recs):
    """Against the definition, with scikit-learn's k-means and other random tables."""
    values = clouds(4, 500, 2, 4)
    choice, _, table = choose(recs, values, criterion=GAP, sample=0, references=10, **{"from": 1, "to": 6})

    def log_inertias(points):
        return np.log([KMeans(k, n_init=2, random_state=1).fit(points).inertia_ for k in range(1, 7)])
    random = np.random.default_rng(9)
    logs = np.array([log_inertias(random.uniform(values.min(axis=0), values.max(axis=0), size=values.shape)) for _ in range(6)])
    np.testing.assert_allclose(table["gap"], logs.mean(axis=0) - log_inertias(values), atol=0.15)
    rises = np.flatnonzero(table["gap"][:-1] >= (table["gap"] - table["gap_error"])[1:])
    assert recs.lib.recs_choice_chosen(choice) == rises[0] + 1


@pytest.mark.parametrize("share,method", [(0.5, 1), (1, 2)])
def test_stability(recs, share, method):
    """The same procedure in numpy, with other draws: what is clear stays, what is cut through a cloud does not."""
    values = clouds(12, 400, 2, 3)
    labels = labels_of(recs, values, 5)
    stability = recs.make("recs_stability", recs.lib.recs_stability_kmeans, recs.context(2), recs.array("float", values), *values.shape,
                          recs.array("uint32_t", labels), recs.options("kmeans", clusters=5, tolerance=0),
                          recs.options("stability", rounds=40, share=share, method=method), recs.ffi.NULL, recs.ffi.NULL)
    random, jaccard, rand = np.random.default_rng(3), [], []
    for _ in range(60):
        drawn = np.unique(random.integers(400, size=400)) if method == 2 else random.choice(400, 200, replace=False)
        again = labels_of(recs, values[drawn].copy(), 5)
        old = labels[drawn]
        jaccard.append([max(((old == c) & (again == d)).sum() / ((old == c) | (again == d)).sum() for d in range(5)) for c in range(5)])
        rand.append(adjusted_rand_score(old, again))
    ours = recs.view(recs.lib.recs_stability_jaccard(stability), 5, np.float64)
    np.testing.assert_allclose(ours, np.mean(jaccard, axis=0), atol=0.15)
    assert recs.lib.recs_stability_rand(stability) == pytest.approx(np.mean(rand), abs=0.12)


@pytest.mark.parametrize("missing", [0, 0.1])
@pytest.mark.parametrize("scaled", [False, True])
def test_descriptions(recs, scaled, missing):
    random = np.random.default_rng(5)
    values = np.exp(random.normal(size=(700, 4)) * [0.2, 1, 2, 0])
    values[random.random(values.shape) < missing] = np.nan
    labels = random.integers(5, size=700).astype(np.uint32)
    values[labels == 2] *= 3
    labels[::9] = NOISE
    space = np.log(values).astype(np.float32) if scaled else None
    segments = recs.make("recs_segments", recs.lib.recs_segments_describe, recs.context(2), recs.array("double", values), 700, 4,
                         recs.array("uint32_t", labels), 5, recs.array("float", space))
    lib = recs.lib

    def view(name, rows):
        found = recs.view(getattr(lib, f"recs_segments_{name}")(segments), rows * 4, np.float64)
        return found.reshape(rows, 4) if rows > 1 else found
    frame, inside = pd.DataFrame(values), labels != NOISE
    groups = frame[inside].groupby(labels[inside])
    np.testing.assert_allclose(view("means", 5), groups.mean(), rtol=1e-12)
    np.testing.assert_allclose(view("medians", 5), groups.median(), rtol=1e-12)
    np.testing.assert_allclose(view("overall_means", 1), frame.mean(), rtol=1e-12)
    np.testing.assert_allclose(view("overall_medians", 1), frame.median(), rtol=1e-12)
    np.testing.assert_allclose(view("deviations", 1), frame.std(ddof=0), rtol=1e-9, atol=1e-12)
    placed = pd.DataFrame(space.astype(np.float64)) if scaled else frame
    deviation = placed.std(ddof=0).to_numpy()
    means = placed[inside].groupby(labels[inside]).mean()
    effects = np.where(deviation > 1e-9, (means - placed.mean()) / np.where(deviation > 0, deviation, 1), 0)
    np.testing.assert_allclose(view("effects", 5)[:, :3], effects[:, :3], rtol=1e-9, atol=1e-12)
    within = ((placed[inside] - means.loc[labels[inside]].to_numpy()) ** 2).sum()
    total = ((placed[inside] - placed[inside].mean()) ** 2).sum()
    np.testing.assert_allclose(view("explained", 1)[:3], (1 - within / total)[:3], atol=1e-9)
    order = recs.view(lib.recs_segments_order(segments), 20, np.uint32).reshape(5, 4)
    for cluster in range(5):
        ours = view("effects", 5)[cluster]
        assert order[cluster].tolist() == sorted(range(4), key=lambda column: (-abs(ours[column]), column))
        rows = np.flatnonzero(labels == cluster)
        off = (placed.to_numpy()[rows] - means.loc[cluster].to_numpy()) / (1 if scaled else np.where(deviation > 1e-9, deviation, np.inf))
        example = recs.view(lib.recs_segments_examples(segments), 5, np.uint32)[cluster]
        squares = np.nansum(off[:, :3] ** 2, axis=1)
        assert squares[rows.tolist().index(example)] == pytest.approx(squares.min(), rel=1e-9)
