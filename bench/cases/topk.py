"""The ten largest inner products of dense queries with 100,000 rows of 128 floats, exactly."""
import numpy as np

import compare
import library
from harness import Contest, Peer, case

N, QUERIES, ROWS, DIMENSION = 10, 1_000, 100_000, 128


def search(index, queries):
    """recs_index_top_dense_many() where the build has it, else query by query."""
    recs = library.load()
    count, null = len(queries), recs.ffi.NULL
    rows, scores, counts = np.empty((count, N), np.uint32), np.empty((count, N), np.float32), np.empty(count, np.uint64)
    out_rows, out_scores = recs.array("uint32_t", rows), recs.array("float", scores)
    out_counts, values = recs.array("size_t", counts), recs.array("float", queries)
    if library.has("recs_index_top_dense_many"):
        recs.ok(recs.lib.recs_index_top_dense_many(out_rows, out_scores, out_counts, index, values, count, DIMENSION, null, null,
                                                   N, null, null))
    else:
        for query in range(count):
            recs.ok(recs.lib.recs_index_top_dense(out_rows + query * N, out_scores + query * N, out_counts + query, index,
                                                  values + query * DIMENSION, DIMENSION, library.NO_ROW, N))
    return library.short_lists(rows, scores, counts)


def product_lists(product):
    """The ten best of each row of a whole product."""
    best = np.argpartition(-product, N, 1)[:, :N]
    scores = np.take_along_axis(product, best, 1)
    order = np.lexsort((best, -scores), axis=1)
    return np.take_along_axis(best, order, 1), np.take_along_axis(scores, order, 1)


@case("topk-inner-product")
def topk(settings):
    import faiss
    import usearch.index

    recs, threads = library.load(), settings.threads
    faiss.omp_set_num_threads(threads)
    random = np.random.default_rng(1)
    rows = random.standard_normal((ROWS, DIMENSION), dtype=np.float32)
    queries = random.standard_normal((QUERIES, DIMENSION), dtype=np.float32)
    index = recs.make("recs_index", recs.lib.recs_index_create_dense, library.kernel(library.KERNEL_DOT, threads),
                      recs.array("float", rows), ROWS, DIMENSION)
    flat = faiss.IndexFlatIP(DIMENSION)
    flat.add(rows)

    def usearch_exact():
        return usearch.index.search(rows, queries, N, usearch.index.MetricKind.IP, exact=True, threads=threads)

    def same(ours, theirs):
        return compare.same_lists(ours, theirs)

    batch = f"{QUERIES:,} queries x {ROWS:,} x {DIMENSION}, float32"
    yield Contest(batch, lambda: search(index, queries), {
        "numpy product alone": Peer(lambda: queries @ rows.T, lambda ours, product: same(ours, product_lists(product))),
        "faiss IndexFlatIP": Peer(lambda: flat.search(queries, N), lambda ours, found: same(ours, found[::-1])),
        "usearch exact": Peer(usearch_exact, lambda ours, found: same(ours, (found.keys.astype(np.int64), 1 - found.distances)))})

    one = queries[:1]
    yield Contest(f"1 query x {ROWS:,} x {DIMENSION}, float32", lambda: search(index, one), {
        "faiss IndexFlatIP": Peer(lambda: flat.search(one, N), lambda ours, found: same(ours, found[::-1]))})
