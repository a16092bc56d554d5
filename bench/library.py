"""librecs as the cases call it: the shared object through cffi, and the shorthands of tests/witness."""
import functools
import os
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "witness"))

from librecs import NO_ROW, Recs  # noqa: E402

from compare import NONE  # noqa: E402
from harness import Unavailable  # noqa: E402

KERNEL_COSINE, KERNEL_DOT = 1, 2  # RECS_KERNEL_*


@functools.cache
def load():
    os.environ.setdefault("RECS_LIBRARY", str(ROOT / "build/lib/librecs.so"))
    os.environ.setdefault("RECS_CDEF", str(ROOT / "build/include/recs/recs.cdef"))
    return Recs()


def has(name):
    """Whether this build has a public function."""
    return hasattr(load().lib, name)


def kernel(kind, threads, **values):
    recs = load()
    return recs.make("recs_kernel", recs.lib.recs_kernel_create, recs.context(threads), kind,
                     recs.options("kernel", **values))


def transpose(matrix):
    recs = load()
    return recs.make("recs_matrix", recs.lib.recs_matrix_transpose, matrix)


def neighbors(kernel_handle, matrix, k):
    """recs_neighbors of a matrix's rows."""
    recs = load()
    return recs.make("recs_neighbors", recs.lib.recs_neighbors_build, kernel_handle, matrix,
                     recs.options("neighbors", k=k), recs.ffi.NULL, recs.ffi.NULL)


def neighbor_lists(graph, k, first=0, last=None):
    """Rows `first` to `last` of the graph as (ids, scores), a row a list."""
    recs = load()
    rows = (recs.lib.recs_neighbors_rows(graph) if last is None else last) - first
    ids, scores = np.full((rows, k), NONE, np.int64), np.zeros((rows, k))
    out_rows, out_scores = recs.ffi.new("uint32_t **"), recs.ffi.new("float **")
    count = recs.ffi.new("size_t *")
    for row in range(rows):
        recs.lib.recs_neighbors_row(out_rows, out_scores, count, graph, first + row)
        if count[0]:
            ids[row, :count[0]] = np.frombuffer(recs.ffi.buffer(out_rows[0], 4 * count[0]), np.uint32)
            scores[row, :count[0]] = np.frombuffer(recs.ffi.buffer(out_scores[0], 4 * count[0]), np.float32)
    return ids, scores


def training(matrix):
    """recs_training of a users x items matrix alone."""
    recs = load()
    return recs.ffi.new("recs_training *", {"struct_size": recs.ffi.sizeof("recs_training"), "matrix": matrix})


def need_scorer(name):
    """Unavailable where this build has none of the name."""
    recs = load()
    known = [recs.ffi.string(recs.lib.recs_scorer_kind_name(i)).decode() for i in range(recs.lib.recs_scorer_kinds())]
    if name not in known:
        raise Unavailable(f'this build has no scorer "{name}"')


def fit(name, matrix, settings=""):
    """A scorer by name."""
    recs = load()
    return recs.make("recs_scorer", recs.lib.recs_scorer_fit, training(matrix), name.encode(), settings.encode(),
                     recs.ffi.NULL, recs.ffi.NULL)


def ids(count, threads):
    """A dictionary of `count` ids: 0, 1, 2 and so on."""
    recs = load()
    handle = recs.make("recs_ids", recs.lib.recs_ids_create, recs.context(threads))
    names = [str(row).encode() for row in range(count)]
    offsets = np.concatenate(([0], np.cumsum([len(name) for name in names]))).astype(np.int64)
    rows = np.empty(count, np.uint32)
    recs.ok(recs.lib.recs_ids_add_many(recs.array("uint32_t", rows), handle, b"".join(names),
                                       recs.array("int64_t", offsets), count))
    return handle


def log(csr, threads):
    """A log of one event an entry, with the dictionaries of its users and items."""
    recs = load()
    users, items = ids(csr.shape[0], threads), ids(csr.shape[1], threads)
    events = recs.make("recs_events", recs.lib.recs_events_create, users, items)
    rows = np.repeat(np.arange(csr.shape[0], dtype=np.uint32), np.diff(csr.indptr))
    columns = np.ascontiguousarray(csr.indices, np.uint32)
    recs.ok(recs.lib.recs_events_append(events, recs.ffi.new("recs_event_columns *", {
        "struct_size": recs.ffi.sizeof("recs_event_columns"), "users": recs.array("uint32_t", rows),
        "items": recs.array("uint32_t", columns)}), len(rows)))
    return events


def model(csr, threads, scorer, settings=""):
    """A model fitted on a log of the matrix's entries, without a fallback."""
    recs = load()
    events = log(csr, threads)
    words = [recs.ffi.new("char[]", text.encode()) for text in (scorer, settings)]
    options = recs.options("model", scorer=words[0], settings=words[1], fallback=recs.ffi.NULL)
    return recs.make("recs_model", recs.lib.recs_model_fit, events, options, recs.ffi.NULL, recs.ffi.NULL)


def recommend_many(handle, users, n):
    """Top n of many users, as (ids, scores)."""
    recs = load()
    rows, scores = np.empty((len(users), n), np.uint32), np.empty((len(users), n))
    counts = np.empty(len(users), np.uint64)
    recs.ok(recs.lib.recs_model_recommend_many(
        recs.array("uint32_t", rows), recs.array("double", scores), recs.array("size_t", counts), handle,
        recs.array("uint32_t", users), len(users), n, recs.ffi.NULL, recs.ffi.NULL, recs.ffi.NULL))
    return short_lists(rows, scores, counts)


def short_lists(rows, scores, counts):
    """(ids, scores) with NONE and 0 beyond each list's count."""
    beyond = np.arange(rows.shape[1]) >= counts.astype(np.int64)[:, None]
    return np.where(beyond, NONE, rows.astype(np.int64)), np.where(beyond, 0, scores)
