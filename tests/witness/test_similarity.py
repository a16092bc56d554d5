"""Kernels, indexes and neighbour graphs against numpy and scipy."""
import numpy as np
import pytest
import scipy.sparse as sp
from scipy.spatial import distance
from scipy.stats import pearsonr

COSINE, DOT, JACCARD, DICE, TVERSKY, OVERLAP, PEARSON, ADJUSTED, EUCLIDEAN, BM25, TFIDF = range(1, 12)
KINDS = list(range(COSINE, TFIDF + 1))
NO_ROW = 0xFFFFFFFF


def table(rows, columns, density, seed, values="counts"):
    """A random matrix with a few empty rows and columns, a row of equal values and twins."""
    rng = np.random.default_rng(seed)
    mask = rng.random((rows, columns)) < density * np.exp(rng.normal(0, 1, (1, columns)))
    dense = np.where(mask, rng.integers(1, 6, (rows, columns)), 0).astype(np.float32)
    if values == "signed":
        dense = (mask * rng.normal(0, 1, (rows, columns))).astype(np.float32)
    if values == "ones":
        dense = mask.astype(np.float32)
    dense[3] = 0
    dense[5] = dense[6]
    dense[7] = np.where(dense[7] != 0, 1 if values == "ones" else 2, 0)
    return dense


def correlation(x, y):
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return pearsonr(x, y)[0]


def pair(kind, x, y, zeros=0):
    """One similarity as scipy or the definition has it, in double."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    a, b = x != 0, y != 0
    both = a & b
    if kind == COSINE:
        return 1 - distance.cosine(x, y) if a.any() and b.any() else 0.0
    if kind == DOT:
        return float(np.dot(x, y))
    if kind == JACCARD:
        return 1 - distance.jaccard(a, b) if both.any() else 0.0
    if kind == DICE:
        return 1 - distance.dice(a, b) if both.any() else 0.0
    if kind == TVERSKY:
        return both.sum() / (both.sum() + 0.25 * (a & ~b).sum() + 0.75 * (b & ~a).sum()) if both.any() else 0.0
    if kind == OVERLAP:
        return both.sum() / min(a.sum(), b.sum()) if both.any() else 0.0
    if kind == PEARSON:
        return correlation(x, y) if zeros else correlation(x[both], y[both])
    return 1 / (1 + distance.euclidean(x, y))


def adjusted(dense):
    """Similarities of all rows: columns centred on the mean of their nonzeros, cosine over common nonzeros."""
    mask = (dense != 0).astype(np.float64)
    counts = np.maximum(mask.sum(axis=0), 1)
    centred = (dense - dense.astype(np.float64).sum(axis=0) / counts) * mask
    squares = (centred**2) @ mask.T
    product = squares * squares.T
    return np.where(product > 0, (centred @ centred.T) / np.sqrt(np.where(product > 0, product, 1)), 0)


def idf(dense):
    """As implicit's nearest_neighbours.py: X.shape[0] is the number of rows that are compared."""
    return np.log(float(dense.shape[0])) - np.log1p((dense != 0).sum(axis=0))


def tfidf(dense):
    weighted = np.sqrt(dense.astype(np.float64)) * idf(dense)
    norms = np.sqrt((weighted**2).sum(axis=1, keepdims=True))
    weighted = np.divide(weighted, norms, out=np.zeros_like(weighted), where=norms > 0)
    return weighted @ weighted.T


def bm25(dense, k1=100.0, b=0.8):
    dense = dense.astype(np.float64)
    sums = dense.sum(axis=1)
    length = (1.0 - b) + b * sums / sums.mean()
    denominator = k1 * length[:, None] + dense
    weighted = np.divide(dense * (k1 + 1.0), denominator, out=np.zeros_like(dense), where=dense != 0) * idf(dense)
    return weighted @ weighted.T


CACHE = {}


def everything(kind, dense, zeros=0, shrink=0.0):
    """The whole similarity matrix, in double."""
    key = (kind, dense.tobytes(), zeros)
    if key not in CACHE:
        CACHE[key] = unshrunk(kind, dense, zeros)
    if shrink == 0:
        return CACHE[key]
    mask = (dense != 0).astype(np.float64)
    common = mask @ mask.T
    return CACHE[key] * common / (common + shrink)


def unshrunk(kind, dense, zeros):
    if kind == ADJUSTED:
        return adjusted(dense)
    if kind == TFIDF:
        return tfidf(dense)
    if kind == BM25:
        return bm25(dense)
    upper = np.array([[pair(kind, x, y, zeros) if j >= i or kind == TVERSKY else 0 for j, y in enumerate(dense)]
                      for i, x in enumerate(dense)])
    return upper if kind == TVERSKY else np.triu(upper) + np.triu(upper, 1).T


def kernel(recs, kind, threads=0, cpu_mask=0xFFFFFFFF, **values):
    options = recs.options("kernel", alpha=0.25, beta=0.75, **values)
    return recs.make("recs_kernel", recs.lib.recs_kernel_create, recs.context(threads, cpu_mask), kind, options)


def graph(recs, neighbors):
    """The graph as a list of (rows, scores)."""
    rows, scores = recs.ffi.new("const uint32_t **"), recs.ffi.new("const float **")
    count = recs.ffi.new("size_t *")
    out = []
    for row in range(recs.lib.recs_neighbors_rows(neighbors)):
        recs.ok(recs.lib.recs_neighbors_row(rows, scores, count, neighbors, row))
        out.append((recs.view(rows[0], count[0], np.uint32), recs.view(scores[0], count[0], np.float32)))
    return out


def build(recs, dense, kind, k, minimum=0.0, threads=0, cpu_mask=0xFFFFFFFF, **values):
    options = recs.options("neighbors", k=k, minimum=minimum)
    return graph(recs, recs.make("recs_neighbors", recs.lib.recs_neighbors_build,
                                 kernel(recs, kind, threads, cpu_mask, **values),
                                 recs.matrix(sp.csr_matrix(dense), threads, cpu_mask), options, recs.ffi.NULL,
                                 recs.ffi.NULL))


def query_of(dense_row):
    columns = np.flatnonzero(dense_row).astype(np.uint32)
    return columns, np.ascontiguousarray(dense_row[columns], dtype=np.float32)


def check_row(rows, scores, truth, own, k, minimum):
    """The k best above the minimum by the truth, rounding aside: scores fall, ties go by row, nothing better is left out."""
    close = 1e-6 * max(1, np.abs(truth).max())
    assert own not in rows and len(set(rows)) == len(rows)
    assert np.allclose(scores, truth[rows], rtol=1e-6, atol=1e-7 * max(1, np.abs(truth).max()))
    assert all(scores[i] > scores[i + 1] or (scores[i] == scores[i + 1] and rows[i] < rows[i + 1])
               for i in range(len(rows) - 1))
    others = np.delete(truth, own)
    assert (others > minimum + close).sum() <= len(rows) or len(rows) == k
    assert (scores > minimum).all()
    if len(rows) == k:
        left = np.setdiff1d(np.arange(len(truth)), np.append(rows, own))
        assert left.size == 0 or truth[left].max() <= scores[-1] + close


@pytest.mark.parametrize("zeros", [0, 1])
@pytest.mark.parametrize("kind", [k for k in KINDS if k not in (ADJUSTED, BM25, TFIDF)])
def test_pairs(recs, kind, zeros):
    dense = np.vstack([table(12, 40, 0.3, 1), table(12, 40, 0.3, 2, "signed")])
    own = kernel(recs, kind, zeros=zeros)
    out = recs.ffi.new("double *")
    for x in dense:
        for y in dense:
            expected = pair(kind, x, y, zeros)
            recs.ok(recs.lib.recs_kernel_dense(out, own, recs.array("float", x), recs.array("float", y), 40))
            assert out[0] == pytest.approx(expected, rel=1e-12, abs=1e-12)
            (xc, xv), (yc, yv) = query_of(x), query_of(y)
            recs.ok(recs.lib.recs_kernel_sparse(out, own, recs.array("uint32_t", xc), recs.array("float", xv), len(xc),
                                                recs.array("uint32_t", yc), recs.array("float", yv), len(yc), 40))
            assert out[0] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("shrink", [0.0, 2.5])
@pytest.mark.parametrize("kind", KINDS)
def test_one_against_many(recs, kind, shrink):
    for zeros in (0, 1) if kind == PEARSON else (0,):
        dense = table(60, 50, 0.15, 3)
        truth = everything(kind, dense, zeros, shrink)
        own = kernel(recs, kind, shrink=shrink, zeros=zeros)
        index = recs.make("recs_index", recs.lib.recs_index_create, own, recs.matrix(sp.csr_matrix(dense)))
        scores, rows = np.empty(60, np.float32), np.empty(60, np.uint32)
        count = recs.ffi.new("size_t *")
        for row in range(60):
            columns, values = query_of(dense[row])
            query = (recs.array("uint32_t", columns), recs.array("float", values), len(columns))
            recs.ok(recs.lib.recs_index_scores(recs.array("float", scores), index, *query))
            assert np.allclose(scores, truth[row], rtol=1e-6, atol=1e-6)
            touched = ((dense != 0) & (dense[row] != 0)).any(axis=1)
            touched[row] = False
            for k in (1, 7, 60):
                best = np.lexsort((np.arange(60), -scores))
                best = best[touched[best]][:k]
                got = np.empty(60, np.float32)
                recs.ok(recs.lib.recs_index_top(recs.array("uint32_t", rows), recs.array("float", got), count, index,
                                                *query, row, k))
                assert np.array_equal(rows[: count[0]], best)
                assert np.array_equal(got[: count[0]], scores[best])


@pytest.mark.parametrize("values", ["counts", "ones", "signed"])
@pytest.mark.parametrize("kind", KINDS)
def test_graphs(recs, kind, values):
    if values == "signed" and kind in (TFIDF, BM25):
        pytest.skip("refused: no negative values")
    for zeros in (0, 1) if kind == PEARSON else (0,):
        for density, shrink, minimum in ((0.02, 0.0, 0.0), (0.15, 0.0, 0.1), (0.15, 3.0, 0.0), (0.1, 0.0, -0.5)):
            dense = table(75, 60, density, 4, values)
            truth = everything(kind, dense, zeros, shrink)
            for k in (1, 10, 100):
                found = build(recs, dense, kind, k, minimum, zeros=zeros, shrink=shrink)
                for row, (rows, scores) in enumerate(found):
                    check_row(rows, scores, truth[row], row, k, minimum)


def test_ties_go_by_row(recs):
    """Sets of few sizes have many equal similarities: float32 of the exact quotient, sorted by score and row."""
    dense = table(300, 30, 0.1, 5, "ones")
    common = dense.astype(np.float64) @ dense.T
    sizes = dense.astype(np.float64).sum(axis=1)
    either = np.maximum(sizes[:, None] + sizes - common, 1)
    norms = np.sqrt(np.maximum(sizes[:, None] * sizes, 1))
    for kind, truth in ((JACCARD, common / either), (COSINE, common / norms)):
        truth = truth.astype(np.float32)
        np.fill_diagonal(truth, -1)
        for row, (rows, scores) in enumerate(build(recs, dense, kind, 20)):
            best = np.lexsort((np.arange(300), -truth[row]))[:20]
            best = best[truth[row][best] > 0]
            assert np.array_equal(rows, best)
            assert np.array_equal(scores, truth[row][best])


@pytest.mark.parametrize("kind", KINDS)
def test_same_bits(recs, kind):
    """For any number of threads and any instructions."""
    dense = table(700, 90, 0.1, 6)
    first = build(recs, dense, kind, 15, threads=1, cpu_mask=0)
    for threads, mask in ((1, 1), (1, 0xFFFFFFFF), (2, 0xFFFFFFFF), (8, 0xFFFFFFFF), (8, 0)):
        other = build(recs, dense, kind, 15, threads=threads, cpu_mask=mask)
        for (rows, scores), (rows_2, scores_2) in zip(first, other):
            assert np.array_equal(rows, rows_2) and np.array_equal(scores.view(np.uint32), scores_2.view(np.uint32))


@pytest.mark.parametrize("kind", [COSINE, JACCARD, PEARSON, EUCLIDEAN])
def test_rows_in_another_order(recs, kind):
    """The graph of permuted rows is the permuted graph, but for ties."""
    dense = table(200, 50, 0.15, 7, "signed")
    order = np.random.default_rng(8).permutation(200)
    place = np.argsort(order)
    first, other = build(recs, dense, kind, 10), build(recs, dense[order], kind, 10)
    for row in range(200):
        assert np.array_equal(first[row][1], other[place[row]][1])


def vectors(rows, dimension, seed):
    """Random floats with twins, a row of zeros and a row of equal values."""
    dense = np.random.default_rng(seed).normal(0.2, 1, (rows, dimension)).astype(np.float32)
    dense[3] = 0
    dense[5] = dense[6]
    dense[7] = 2
    return dense


def build_dense(recs, dense, kind, k, minimum=0.0, threads=0, cpu_mask=0xFFFFFFFF, **values):
    options = recs.options("neighbors", k=k, minimum=minimum)
    dense = np.ascontiguousarray(dense)
    return graph(recs, recs.make("recs_neighbors", recs.lib.recs_neighbors_build_dense,
                                 kernel(recs, kind, threads, cpu_mask, **values), recs.array("float", dense),
                                 dense.shape[0], dense.shape[1], options, recs.ffi.NULL, recs.ffi.NULL))


DENSE = [(COSINE, {}), (DOT, {}), (EUCLIDEAN, {}), (PEARSON, {"zeros": 1}), (PEARSON, {}), (COSINE, {"shrink": 2.5}),
         (JACCARD, {}), (TFIDF, {})]


@pytest.mark.parametrize("kind,values", DENSE)
@pytest.mark.parametrize("rows,dimension", [(70, 33), (64, 16), (9, 1)])
def test_dense_graphs(recs, kind, values, rows, dimension):
    dense = np.abs(vectors(rows, dimension, 9)) if kind == TFIDF else vectors(rows, dimension, 9)
    truth = everything(kind, dense, **values)
    for k, minimum in ((1, 0.0), (10, 0.1), (200, -0.5)):
        for row, (ids, scores) in enumerate(build_dense(recs, dense, kind, k, minimum, **values)):
            check_row(ids, scores, truth[row], row, k, minimum)


@pytest.mark.parametrize("kind,values", DENSE)
def test_dense_queries(recs, kind, values):
    dense = np.abs(vectors(70, 20, 10)) if kind == TFIDF else vectors(70, 20, 10)
    truth = everything(kind, dense, **values)
    own = kernel(recs, kind, **values)
    index = recs.make("recs_index", recs.lib.recs_index_create_dense, own, recs.array("float", dense), 70, 20)
    scores, got, rows = np.empty(70, np.float32), np.empty(70, np.float32), np.empty(70, np.uint32)
    count = recs.ffi.new("size_t *")
    for row in range(70):
        query = recs.array("float", dense[row])
        recs.ok(recs.lib.recs_index_scores_dense(recs.array("float", scores), index, query, 20))
        assert np.allclose(scores, truth[row], rtol=1e-6, atol=1e-6)
        best = np.lexsort((np.arange(70), -scores))
        best = best[best != row]
        for k in (1, 9, 200):
            recs.ok(recs.lib.recs_index_top_dense(recs.array("uint32_t", rows), recs.array("float", got), count, index,
                                                  query, 20, row, k))
            assert np.array_equal(rows[: count[0]], best[:k]) and np.array_equal(got[: count[0]], scores[best[:k]])


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("rows,dimension,count,k", [(5000, 48, 300, 10), (999, 7, 77, 100), (20000, 33, 2, 25)])
def test_many_dense_queries(recs, rows, dimension, count, k, threads):
    """Against numpy's product in double and argpartition: the same rows, but where two are closer than a float tells."""
    dense, queries = vectors(rows, dimension, 12), vectors(count + 8, dimension, 13)[8:]
    context = recs.context(threads=threads)
    own = recs.make("recs_kernel", recs.lib.recs_kernel_create, context, DOT, recs.ffi.NULL)
    index = recs.make("recs_index", recs.lib.recs_index_create_dense, own, recs.array("float", dense), rows, dimension)
    got, scores = np.empty((count, k), np.uint32), np.empty((count, k), np.float32)
    counts = np.empty(count, np.uint64)
    recs.ok(recs.lib.recs_index_top_dense_many(
        recs.array("uint32_t", got), recs.array("float", scores), recs.array("size_t", counts), index,
        recs.array("float", queries), count, dimension, recs.ffi.NULL, recs.ffi.NULL, k, recs.ffi.NULL, recs.ffi.NULL))
    assert np.all(counts == k)
    truth = (queries.astype(np.float64) @ dense.astype(np.float64).T)
    best = np.argpartition(-truth, k - 1, axis=1)[:, :k]
    wanted = -np.sort(-np.take_along_axis(truth, best, 1), axis=1)
    assert np.allclose(scores, wanted, rtol=1e-6, atol=1e-6)
    assert np.allclose(np.take_along_axis(truth, got.astype(np.int64), 1), scores, rtol=1e-6, atol=1e-6)
    assert all(len(set(row)) == k for row in got)


@pytest.mark.parametrize("kind,values", DENSE[:4])
@pytest.mark.parametrize("scale", [1.0, 1e-20, 1e15])
def test_dense_same_bits(recs, kind, values, scale):
    """For any number of threads and any instructions, small and large values."""
    dense = (vectors(500, 37, 11) * scale).astype(np.float32)
    first = build_dense(recs, dense, kind, 15, threads=1, cpu_mask=0, **values)
    for threads, mask in ((1, 1), (1, 0xFFFFFFFF), (2, 0xFFFFFFFF), (8, 0xFFFFFFFF), (8, 0)):
        other = build_dense(recs, dense, kind, 15, threads=threads, cpu_mask=mask, **values)
        for (rows, scores), (rows_2, scores_2) in zip(first, other):
            assert np.array_equal(rows, rows_2) and np.array_equal(scores.view(np.uint32), scores_2.view(np.uint32))
