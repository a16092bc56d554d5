"""Density clustering: the clusters of a shop's customers by three numbers each, and of wider tables."""
import numpy as np

import library
from harness import Contest, Peer, Unavailable, case

HDBSCAN, DBSCAN = 1, 2


def customers(rows, columns=3):
    """Clouds of several densities; many rows lie between them."""
    random = np.random.default_rng(1)
    centers = random.normal(size=(8, columns)) * 2
    spread = random.uniform(0.3, 1, size=(rows, 1))
    return (centers[random.integers(8, size=rows)] + random.normal(size=(rows, columns)) * spread).astype(np.float32)


def ours(values, threads, **options):
    recs = library.load()
    handle = recs.make("recs_density", recs.lib.recs_density_fit, recs.context(threads), recs.array("float", values), *values.shape,
                       recs.options("density", **options), recs.ffi.NULL, recs.ffi.NULL)
    return recs.view(recs.lib.recs_density_labels(handle), len(values), np.uint32).view(np.int32)


def same_clusters(least):
    """By the adjusted Rand index: HDBSCAN's links of equal length are cut at once here, one after another there."""
    def same(mine, theirs):
        from sklearn.metrics import adjusted_rand_score
        index = adjusted_rand_score(mine, theirs)
        return True if index >= least else f"adjusted Rand index {index:.6f}"
    return same


@case("density-dbscan")
def dbscan(settings):
    import sklearn.cluster

    if not library.has("recs_density_fit"):
        raise Unavailable("this build has no density clustering")
    for rows, columns, eps in [(100_000, 3, 0.1)] + ([] if settings.quick else [(1_000_000, 3, 0.05), (20_000, 16, 1.5)]):
        values = customers(rows, columns)
        yield Contest(f"{rows:,} x {columns}, eps={eps}", lambda: ours(values, settings.threads, method=DBSCAN, eps=eps), {
            f"scikit-learn DBSCAN ({algorithm})": Peer(lambda algorithm=algorithm: sklearn.cluster.DBSCAN(
                eps=eps, min_samples=5, algorithm=algorithm, n_jobs=settings.threads).fit(values).labels_, same_clusters(1))
            for algorithm in (["kd_tree"] if columns < 10 else ["kd_tree", "brute"])})


@case("density-hdbscan")
def hdbscan(settings):
    import sklearn.cluster

    if not library.has("recs_density_fit"):
        raise Unavailable("this build has no density clustering")
    for rows, columns in [(20_000, 3)] + ([] if settings.quick else [(100_000, 3), (10_000, 16)]):
        values = customers(rows, columns)
        yield Contest(f"{rows:,} x {columns}, min_points=2", lambda: ours(
            values, settings.threads, method=HDBSCAN, min_points=2, min_cluster_size=rows // 100), {
            "scikit-learn HDBSCAN": Peer(lambda: sklearn.cluster.HDBSCAN(
                min_cluster_size=rows // 100, min_samples=2, copy=True, n_jobs=settings.threads).fit(values).labels_,
                same_clusters(0.9999))})
