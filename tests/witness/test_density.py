"""DBSCAN and HDBSCAN against scikit-learn."""
import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.datasets import make_moons
from sklearn.metrics import adjusted_rand_score

HDBSCAN_METHOD, DBSCAN_METHOD = 1, 2
EXCESS, LEAVES = 1, 2
NOISE = 0xFFFFFFFF


def fit(recs, values, threads=2, **options):
    handle = recs.make("recs_density", recs.lib.recs_density_fit, recs.context(threads), recs.array("float", values), *values.shape,
                       recs.options("density", **options), recs.ffi.NULL, recs.ffi.NULL)
    labels = recs.view(recs.lib.recs_density_labels(handle), len(values), np.uint32).astype(np.int64)
    labels[labels == NOISE] = -1
    return handle, labels, recs.view(recs.lib.recs_density_strengths(handle), len(values), np.float32)


def blobs(seed, rows, columns, kinds=6):
    random = np.random.default_rng(seed)
    centers = random.normal(size=(kinds, columns)) * 4
    spread = random.uniform(0.2, 1.2, size=kinds)
    kind = random.integers(kinds, size=rows)
    values = centers[kind] + random.normal(size=(rows, columns)) * spread[kind, None]
    values[: rows // 10] = random.uniform(-9, 9, size=(rows // 10, columns))
    return values.astype(np.float32)


TABLES = {
    "plane": blobs(1, 3000, 2),
    "line": blobs(2, 800, 1),
    "three": blobs(3, 5000, 3),
    "eight": blobs(4, 2000, 8),
    "wide": blobs(5, 700, 40),
    "tiny": blobs(6, 40, 2, 2),
    "moons": make_moons(1500, noise=0.06, random_state=3)[0].astype(np.float32),
    "grid": np.random.default_rng(7).integers(0, 30, size=(3000, 2)).astype(np.float32),
    "equal rows": np.repeat(blobs(8, 200, 3), 7, axis=0),
    "far": blobs(9, 1000, 3) + 1000,
}


@pytest.mark.parametrize("eps_share", [0.02, 0.06, 0.15])
@pytest.mark.parametrize("name", TABLES)
def test_dbscan(recs, name, eps_share):
    values = TABLES[name]
    eps = float(eps_share * values.std(axis=0).mean() * np.sqrt(values.shape[1]) * 2)
    for min_points in (1, 4, 20):
        handle, labels, strengths = fit(recs, values, method=DBSCAN_METHOD, eps=eps, min_points=min_points)
        theirs = DBSCAN(eps=eps, min_samples=min_points).fit(values.astype(np.float64))
        assert labels.tolist() == theirs.labels_.tolist()
        assert np.flatnonzero(strengths == 1).tolist() == theirs.core_sample_indices_.tolist()
        assert recs.lib.recs_density_clusters(handle) == theirs.labels_.max() + 1
        assert recs.lib.recs_density_noise(handle) == (theirs.labels_ == -1).sum()


def test_dbscan_on_a_grid_at_exactly_eps(recs):
    values = TABLES["grid"]
    for eps in (1.0, 2.0, np.sqrt(2), 5.0):
        _, labels, _ = fit(recs, values, method=DBSCAN_METHOD, eps=eps, min_points=5 if eps < 1.2 else 30)
        theirs = DBSCAN(eps=eps, min_samples=5 if eps < 1.2 else 30).fit(values.astype(np.float64))
        assert labels.tolist() == theirs.labels_.tolist()


@pytest.mark.parametrize("min_points,least", [(1, 8), (2, 5), (2, 30)])
@pytest.mark.parametrize("name", ["plane", "line", "three", "eight", "wide", "moons", "far"])
def test_hdbscan(recs, name, min_points, least):
    """With up to two points for density no two links are equally long."""
    values = TABLES[name]
    _, labels, strengths = fit(recs, values, min_points=min_points, min_cluster_size=least)
    theirs = HDBSCAN(min_cluster_size=least, min_samples=min_points, copy=True).fit(values.astype(np.float64))
    assert adjusted_rand_score(labels, theirs.labels_) == 1
    np.testing.assert_allclose(strengths, theirs.probabilities_, atol=1e-6)


@pytest.mark.parametrize("name", ["plane", "three", "eight", "wide", "moons", "far"])
def test_hdbscan_with_links_of_equal_length(recs, name):
    """scikit-learn cuts them in any order, one after another; what comes of it is nearly the same."""
    values = TABLES[name]
    _, labels, strengths = fit(recs, values, min_points=3, min_cluster_size=15)
    theirs = HDBSCAN(min_cluster_size=15, min_samples=3, copy=True).fit(values.astype(np.float64))
    assert adjusted_rand_score(labels, theirs.labels_) == pytest.approx(1, abs=2e-3)
    assert np.isclose(strengths, theirs.probabilities_, atol=1e-5).mean() > 0.99


def tree_links(values, min_points):
    """The shortest spanning tree of mutual reachability, by Prim."""
    distances = np.sqrt(((values[:, None].astype(np.float64) - values) ** 2).sum(axis=2))
    cores = np.sort(distances, axis=1)[:, min_points - 1]
    reach = np.maximum(distances, np.maximum(cores[:, None], cores))
    best, come, inside, links = reach[0].copy(), np.zeros(len(values), int), np.zeros(len(values), bool), []
    inside[0] = True
    for _ in range(len(values) - 1):
        row = int(np.where(inside, np.inf, best).argmin())
        links.append((best[row], row, come[row]))
        inside[row] = True
        come[reach[row] < best] = row
        best = np.minimum(best, reach[row])
    return links


def parts_of(rows, links):
    """What hangs together, by the links whose two ends are among the rows."""
    parent = {row: row for row in rows}

    def root(row):
        while parent[row] != row:
            row = parent[row]
        return row
    for _, a, b in links:
        parent[root(a)] = root(b)
    parts = {}
    for row in rows:
        parts.setdefault(root(row), set()).add(row)
    return list(parts.values())


def best_clusters(rows, links, least, birth, leaves):
    """Stability and clusters of the best choice at and below a cluster, by the definition: (own, below, list of sets)."""
    own = 0.0
    members = rows
    while True:
        longest = max((length for length, _, _ in links), default=0.0)
        if longest == 0:
            return own, 0.0, []
        left = [link for link in links if link[0] < longest]
        parts = parts_of(members, left)
        large = [part for part in parts if len(part) >= least]
        own += sum(len(part) for part in parts if len(part) < least) * (1 / longest - birth)
        if len(large) != 1:
            break
        members, links = large[0], [link for link in left if link[1] in large[0]]
    own += sum(map(len, large)) * (1 / longest - birth)
    below, chosen = 0.0, []
    for part in large:
        stability, deeper, clusters = best_clusters(part, [link for link in left if link[1] in part], least, 1 / longest, leaves)
        keep = not clusters if leaves else stability >= deeper
        below += max(stability, deeper)
        chosen += [part] if keep else clusters
    return own, below, chosen


@pytest.mark.parametrize("leaves", [False, True])
@pytest.mark.parametrize("min_points,least", [(4, 5), (3, 12)])
@pytest.mark.parametrize("name", ["plane", "three", "grid", "moons", "tiny"])
def test_hdbscan_by_its_definition(recs, name, min_points, least, leaves):
    """Also where many links are equally long: they are cut at once."""
    values = np.unique(TABLES[name], axis=0)
    values = values[np.random.default_rng(1).permutation(len(values))[:400]].copy()
    _, labels, _ = fit(recs, values, min_points=min_points, min_cluster_size=least, selection=LEAVES if leaves else EXCESS)
    clusters = best_clusters(set(range(len(values))), tree_links(values, min_points), least, 0.0, leaves)[2]
    wanted = np.full(len(values), -1)
    for number, cluster in enumerate(sorted(clusters, key=min)):
        wanted[list(cluster)] = number
    assert labels.tolist() == wanted.tolist()


def test_the_order_of_rows_does_not_matter(recs):
    for name in ("grid", "three", "equal rows"):
        values = TABLES[name]
        order = np.random.default_rng(5).permutation(len(values))
        _, straight, _ = fit(recs, values, min_cluster_size=20)
        _, turned, _ = fit(recs, values[order].copy(), min_cluster_size=20)
        assert adjusted_rand_score(straight[order], turned) == 1


def test_equal_rows_are_never_cut_apart(recs):
    values = TABLES["equal rows"]
    _, labels, _ = fit(recs, values, min_points=3, min_cluster_size=7)
    assert (labels.reshape(-1, 7) == labels.reshape(-1, 7)[:, :1]).all()


@pytest.mark.parametrize("name", ["moons", "three"])
def test_the_chosen_radius_finds_the_clusters(recs, name):
    """The knee of the distances to the 5th row, found anew here."""
    values = TABLES[name]
    handle, labels, _ = fit(recs, values, method=DBSCAN_METHOD)
    distances = np.sort(np.sort(np.sqrt(((values[:, None].astype(np.float64) - values) ** 2).sum(axis=2)), axis=1)[:, 4])
    curve = distances[: len(values) - len(values) // 100]
    chord = curve[0] + (curve[-1] - curve[0]) * np.arange(len(curve)) / (len(curve) - 1)
    assert recs.lib.recs_density_eps(handle) == pytest.approx(curve[(chord - curve).argmax()], rel=1e-12)
    assert labels.max() >= 1
