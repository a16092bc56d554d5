"""The data of the cases: local sets where --data or RECS_BENCH_DATA names their folder, and generated ones of any size."""
import gzip
import pathlib

import numpy as np
import scipy.sparse

import generate
from harness import Unavailable


def sparse_shape(factor):
    """Like a 5-core set of a shop: many items, few events a user; the catalogue grows with the users."""
    return generate.Shape(users=int(20_000 * factor), items=int(12_000 * factor), events=int(170_000 * factor),
                          exponent=0.8, offset=100 * factor, activity=0.6)


def dense_shape(factor):
    """Many events on a catalogue of 20,000 items: most pairs of items share a user; users grow, the catalogue does not."""
    return generate.Shape(users=int(70_000 * factor), items=20_000, events=int(6_000_000 * factor), clusters=40,
                          taste=0.5, exponent=0.9, offset=50, activity=0.8)


ROOT = pathlib.Path(__file__).resolve().parent.parent
SHAPES = {"sparse": sparse_shape, "dense": dense_shape}


def generated(kind, factor=1):
    """(title, CSR matrix users x items) of a shape and size; raises Unavailable when the memory is too small for all sides."""
    shape = SHAPES[kind](factor)
    need, free = 90 * shape.events, available_memory()
    title = kind if factor == 1 else f"{kind} x{factor}"
    if need > free:
        raise Unavailable(f"{title}: {shape.events:,} events need about {need >> 30} GiB, {free >> 30} GiB are free")
    return titled(title, generate.matrix(shape))


def titled(name, matrix):
    return f"{name}: {matrix.shape[0]:,} x {matrix.shape[1]:,}, {matrix.nnz:,} entries", matrix


def active_users(users, count):
    """The first `count` users who have a history."""
    return np.flatnonzero(np.diff(users.indptr))[:count].astype(np.uint32)


def available_memory():
    for line in open("/proc/meminfo"):
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) << 10
    return 8 << 30


def local(settings, path):
    """A file of the data folder."""
    if settings.data is None:
        raise Unavailable(f"{path}: give the folder of the data sets with --data or RECS_BENCH_DATA")
    file = settings.data / path
    if not file.exists():
        raise Unavailable(f"{path} is not in {settings.data}")
    return file


def interactions(settings, name):
    """Users x items of ones from <name>/interactions.tsv.gz: user, item, time."""
    import polars
    frame = polars.read_csv(local(settings, f"{name}/interactions.tsv.gz"), separator="\t", infer_schema=False)
    rows, columns = (frame[column].cast(polars.Categorical).to_physical().to_numpy() for column in ("user", "item"))
    rows, columns = (np.unique(values, return_inverse=True)[1] for values in (rows, columns))
    matrix = scipy.sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return titled(name, matrix)


def baskets(settings, name):
    """Baskets of whole numbers, one a line, as lists."""
    with gzip.open(local(settings, name), "rt") as lines:
        return [[int(word) for word in line.split()] for line in lines]


def online_retail():
    """The text of the shop's log that comes with the examples."""
    with gzip.open(ROOT / "examples/data/online-retail.csv.gz") as text:
        return text.read()


def retail_baskets():
    """Its orders as lists of items (numbers): lines with a quantity above 0 of orders that were not cancelled."""
    import polars
    frame = polars.read_csv(online_retail(), columns=["InvoiceNo", "StockCode", "Quantity"],
                            schema_overrides={"InvoiceNo": polars.String, "StockCode": polars.String})
    frame = frame.filter((polars.col("Quantity") > 0) & ~polars.col("InvoiceNo").str.starts_with("C"))
    items = np.unique(frame["StockCode"].to_numpy(), return_inverse=True)[1]
    orders = frame.with_columns(polars.Series("item", items)).group_by("InvoiceNo", maintain_order=True)
    return orders.agg(polars.col("item").unique())["item"].to_list()
