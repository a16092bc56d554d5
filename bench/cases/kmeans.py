"""k-means: the same iterations from the same start, and whole fits with k-means++."""
import numpy as np

import compare
import library
from harness import Contest, Peer, case

ITERATIONS = 20
SIZES = [(200_000, 64, 100), (1_000_000, 16, 20)]


def points(rows, columns, clusters):
    """A mixture of twice as many blobs as there are clusters, so that where centres go is not obvious."""
    random = np.random.default_rng(5)
    centers = random.standard_normal((2 * clusters, columns), dtype=np.float32) * 2
    return centers[random.integers(len(centers), size=rows)] + random.standard_normal((rows, columns), dtype=np.float32)


def ours(values, threads, **options):
    recs = library.load()
    handle = recs.make("recs_kmeans", recs.lib.recs_kmeans_fit, recs.context(threads), recs.array("float", values), *values.shape,
                       recs.options("kmeans", **options), recs.ffi.NULL, recs.ffi.NULL)
    return recs.lib.recs_kmeans_inertia(handle)


def sklearn_fit(kind, values, clusters, **options):
    return kind(n_clusters=clusters, n_init=1, **options).fit(values).inertia_


def faiss_fit(values, start, clusters, threads):
    """faiss draws a sample of rows unless told not to; its objective is that of the last assignment, so the inertia of its
    centres is computed as the others report it."""
    import faiss
    faiss.omp_set_num_threads(threads)
    fitted = faiss.Kmeans(values.shape[1], clusters, niter=ITERATIONS, max_points_per_centroid=len(values))
    fitted.train(values, init_centroids=start)
    return fitted


def faiss_inertia(fitted, values):
    return float(fitted.index.search(values, 1)[0].astype(np.float64).sum())


def same_inertia(ours_inertia, theirs):
    return compare.same_values([ours_inertia], [theirs], 1e-5)


@case("kmeans-same-start")
def same_start(settings):
    import sklearn.cluster
    import sklearnex.cluster

    recs, threads = library.load(), settings.threads
    for rows, columns, clusters in SIZES[:1] if settings.quick else SIZES:
        values = points(rows, columns, clusters)
        start = values[np.random.default_rng(1).choice(rows, clusters, replace=False)].copy()
        alike = {"init": start, "tol": 0, "max_iter": ITERATIONS}
        peers = {
            "scikit-learn lloyd": Peer(lambda: sklearn_fit(sklearn.cluster.KMeans, values, clusters, **alike), same_inertia),
            "scikit-learn elkan": Peer(lambda: sklearn_fit(sklearn.cluster.KMeans, values, clusters, algorithm="elkan", **alike),
                                       same_inertia),
            "scikit-learn-intelex": Peer(lambda: sklearn_fit(sklearnex.cluster.KMeans, values, clusters, **alike), same_inertia),
            "faiss": Peer(lambda: faiss_fit(values, start, clusters, threads),
                          lambda mine, fitted: same_inertia(mine, faiss_inertia(fitted, values))),
        }
        yield Contest(f"{rows:,} x {columns}, k={clusters}, {ITERATIONS} iterations", lambda: ours(
            values, threads, centers=recs.array("float", start), clusters=clusters, tolerance=0, max_iterations=ITERATIONS,
            starts=1), peers)


@case("kmeans-whole-fit")
def whole_fit(settings):
    """Seeding and iterations to the tolerance, over several seeds; the answer is the mean inertia, which is to be no higher."""
    import sklearn.cluster
    import sklearnex.cluster

    threads, seeds = settings.threads, range(1, 3 if settings.quick else 11)

    def mean(fit):
        return lambda: float(np.mean([fit(seed) for seed in seeds]))

    def no_worse(mine, theirs):
        return compare.no_worse(mine, theirs, 0.0 if len(seeds) == 10 else 0.01, "mean inertia")

    for rows, columns, clusters in SIZES[:1] if settings.quick else SIZES:
        values = points(rows, columns, clusters)
        yield Contest(f"{rows:,} x {columns}, k={clusters}, k-means++, {len(seeds)} seeds", mean(
            lambda seed: ours(values, threads, clusters=clusters, seed=seed, starts=1)), {
                name: Peer(mean(lambda seed, kind=kind: sklearn_fit(kind, values, clusters, random_state=seed)), no_worse)
                for name, kind in [("scikit-learn lloyd", sklearn.cluster.KMeans),
                                   ("scikit-learn-intelex", sklearnex.cluster.KMeans)]})


@case("kmeans-mini-batch")
def mini_batch(settings):
    """Mini-batches of the same size and as many epochs from k-means++, then labels of all rows; the mean inertia over two seeds
    is to be no higher."""
    import sklearn.cluster

    threads, seeds, epochs, batch = settings.threads, range(1, 3), 3, 4096

    def mean(fit):
        return lambda: float(np.mean([fit(seed) for seed in seeds]))

    for rows, columns, clusters in SIZES[:1] if settings.quick else SIZES:
        values = points(rows, columns, clusters)
        peer = Peer(mean(lambda seed: sklearn_fit(sklearn.cluster.MiniBatchKMeans, values, clusters, batch_size=batch, max_iter=epochs,
                                                  max_no_improvement=None, random_state=seed)),
                    lambda mine, theirs: compare.no_worse(mine, theirs, 0.005, "mean inertia"))
        yield Contest(f"{rows:,} x {columns}, k={clusters}, {epochs} epochs by {batch:,}, {len(seeds)} seeds", mean(
            lambda seed: ours(values, threads, clusters=clusters, seed=seed, starts=1, algorithm=3, batch_size=batch, tolerance=0,
                              max_iterations=epochs)), {"scikit-learn mini-batch": peer})
