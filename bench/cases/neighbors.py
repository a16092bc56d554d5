"""Neighbour graphs: the 50 most cosine-similar items of each item and users of each user, from users x items."""
import warnings

import numpy as np

import compare
import data
import library
from harness import Contest, Peer, Unavailable, case

K = 50
BLOCK, BLOCKS = 20_000, 10  # rows compared at a time, and how often


def sizes(settings, of_items):
    """Titles and matrices; what cannot be had is an Unavailable in their place."""
    wanted = [("sparse", 1), ("sparse", 10), ("dense", 1 if of_items else 0.2)]
    if not settings.quick:
        wanted = [(kind, factor) for kind in ("sparse", "dense") for factor in (1, 10, 100)]
    makers = [lambda: data.interactions(settings, "amazon-toys")]
    makers += [lambda kind=kind, factor=factor: generated(kind, factor, of_items) for kind, factor in wanted]
    for make in makers:
        try:
            yield make()
        except Unavailable as reason:
            yield reason


def generated(kind, factor, of_items):
    """Users of the dense kind meet on the same items however many they are, so that their pairs grow as the square."""
    if kind == "dense" and factor > 1 and not of_items:
        raise Unavailable(f"dense x{factor}: {6e9 * factor ** 2:.0e} products would take every side far too long")
    return data.generated(kind, factor)


def unit_rows(rows):
    """Rows of Euclidean length 1, in float32."""
    lengths = np.sqrt(np.bincount(np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)),
                                  rows.data.astype(np.float64) ** 2, rows.shape[0]))
    rows = rows.copy()
    rows.data /= np.repeat(np.maximum(lengths, 1e-30), np.diff(rows.indptr)).astype(np.float32)
    return rows


def same_graph(tolerance):
    """Compares with a peer's K + 1 neighbours, the row itself among them, a block of rows at a time: all rows of a graph of up
    to BLOCKS blocks, else so many spread over it. implicit sums in double as librecs does; sparse_dot_topn in float, which is
    where its tolerance comes from."""
    def same(ours, theirs):
        firsts = range(0, theirs.shape[0], BLOCK)
        for first in firsts[::-(-len(firsts) // BLOCKS)]:
            last = min(first + BLOCK, theirs.shape[0])
            lists = compare.padded(theirs.indptr[first:last + 1], theirs.indices, theirs.data, K, drop_self=True, first=first)
            verdict = compare.same_lists(library.neighbor_lists(ours, K, first, last), lists, tolerance)
            if verdict is not True:
                return f"from row {first}: {verdict}"
        return True
    return same


def build(settings, of_items):
    import implicit.nearest_neighbours
    import sparse_dot_topn

    warnings.simplefilter("ignore", implicit.utils.ParameterWarning)  # of its own call

    recs, threads = library.load(), settings.threads
    cosine = library.kernel(library.KERNEL_COSINE, threads)
    for found in sizes(settings, of_items):
        if isinstance(found, Unavailable):
            yield found
            continue
        title, users = found
        matrix = recs.matrix(users, threads)
        by_item = users.T.tocsr() if not of_items else None

        def ours():
            return library.neighbors(cosine, library.transpose(matrix) if of_items else matrix, K)

        def implicit_build():
            model = implicit.nearest_neighbours.CosineRecommender(K=K + 1, num_threads=threads)
            model.fit(users if of_items else by_item, show_progress=False)
            return model.similarity

        def topn_build():
            rows = unit_rows(users.T.tocsr() if of_items else users)
            return sparse_dot_topn.sp_matmul_topn(rows, rows.T.tocsr(), K + 1, n_threads=threads)

        yield Contest(title, ours, {"implicit": Peer(implicit_build, same_graph(1e-5)),
                                    "sparse_dot_topn": Peer(topn_build, same_graph(1e-4))})


@case("neighbors-items", {"OPENBLAS_NUM_THREADS": "1"})
def neighbors_items(settings):
    yield from build(settings, of_items=True)


@case("neighbors-users", {"OPENBLAS_NUM_THREADS": "1"})
def neighbors_users(settings):
    yield from build(settings, of_items=False)
