"""Sequential patterns of users' histories, all of them, without limits: the peers have none."""
import functools
import shutil

import numpy as np

import data
import generate
import library
from harness import Contest, Peer, Unavailable, case

LOOKED_UP = 200_000  # of a peer's patterns; all where there are fewer


class Sequences:
    """What users did in order, as each side likes it best."""

    def __init__(self, title, users, items):
        self.title = title
        order = np.argsort(users, kind="stable")  # the log is in order of time
        self.indices = np.unique(items, return_inverse=True)[1].astype(np.uint32)[order]
        lengths = np.bincount(np.unique(users, return_inverse=True)[1])
        self.offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        self.count = len(lengths)

    @functools.cached_property
    def lists(self):
        return [part.tolist() for part in np.split(self.indices, self.offsets[1:-1])]

    def store(self, threads):
        recs = library.load()
        return recs.make("recs_sequence_store", recs.lib.recs_sequence_store_create, recs.context(threads),
                         recs.array("int64_t", self.offsets), self.count, recs.array("uint32_t", self.indices), recs.ffi.NULL,
                         recs.ffi.NULL)


def mine(store, count):
    recs = library.load()
    return recs.make("recs_patterns", recs.lib.recs_patterns_mine, store, recs.options("patterns", min_count=count, max_bytes=0),
                     recs.ffi.NULL, recs.ffi.NULL)


def same(ours, total, listed):
    """As many patterns, and each of the peer's with the same support here. `listed`(step) yields every step-th."""
    recs = library.load()
    count = recs.lib.recs_patterns_count(ours)
    if count != total:
        return f"{count:,} patterns against {total:,}"
    support = recs.ffi.new("uint64_t *")
    for items, theirs in listed(max(1, total // LOOKED_UP)):
        status = recs.lib.recs_patterns_find(support, ours, recs.ffi.new("uint32_t[]", items), recs.ffi.NULL, len(items))
        if status != 0 or support[0] != theirs:
            return f"{items}: support {support[0]} against {theirs}"
    return True


def prefixspan_peer(sequences, count):
    from prefixspan import PrefixSpan
    return Peer(lambda: PrefixSpan(sequences.lists).frequent(count),
                lambda ours, found: same(ours, len(found), lambda step: ((items, support) for support, items in found[::step])))


def rusket_peer(sequences, count):
    """Its miner itself, from arrays: its class would first flatten lists and then make a data frame."""
    from rusket import _rusket
    indptr = sequences.offsets.astype(np.uintp)
    return Peer(lambda: _rusket.prefixspan_mine_py(indptr, sequences.indices, count, None),
                lambda ours, found: same(ours, len(found[0]), lambda step: zip(found[1][::step], found[0][::step])))


@functools.cache
def spark(threads):
    """A session on this machine."""
    if shutil.which("java") is None:
        raise Unavailable("Spark needs Java, which is not installed")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Unavailable("pyspark is not installed") from None
    return (SparkSession.builder.master(f"local[{threads}]").config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
            .config("spark.log.level", "OFF").getOrCreate())


def spark_peer(sequences, count, threads):
    """The sequences are cached in its own form before; what it finds is collected."""
    from pyspark.ml.fpm import PrefixSpan
    rows = [([[item] for item in items],) for items in sequences.lists]
    frame = spark(threads).createDataFrame(rows, "sequence array<array<int>>").repartition(threads).cache()
    frame.count()
    miner = PrefixSpan(minSupport=(count - 0.5) / sequences.count, maxPatternLength=1000)
    return Peer(lambda: miner.findFrequentSequentialPatterns(frame).collect(),
                lambda ours, found: same(ours, len(found), lambda step: (([item for element in row.sequence for item in element], row.freq)
                                                                        for row in found[::step])))


def amazon(settings, name):
    import polars
    frame = polars.read_csv(data.local(settings, f"{name}/interactions.tsv.gz"), separator="\t", infer_schema=False)
    frame = frame.with_columns(polars.col("time").cast(polars.Int64)).sort("user", "time", maintain_order=True)
    return Sequences(name, frame["user"].to_numpy(), frame["item"].to_numpy())


def retail():
    """The shop's customers: each line of their orders, in time."""
    import polars
    frame = polars.read_csv(data.online_retail(), columns=["StockCode", "Quantity", "CustomerID"],
                            schema_overrides={"StockCode": polars.String, "CustomerID": polars.String})
    frame = frame.filter((polars.col("Quantity") > 0) & polars.col("CustomerID").is_not_null() & (polars.col("CustomerID") != ""))
    return Sequences("Online Retail", frame["CustomerID"].to_numpy(), frame["StockCode"].to_numpy())


def generated(title, **shape):
    users, items, _ = (np.concatenate(parts) for parts in zip(*generate.events(generate.Shape(**shape))))
    return Sequences(title, users, items)


SOURCES = [
    ("Amazon Toys", lambda settings: amazon(settings, "amazon-toys"), [10, 5]),
    ("Amazon Beauty", lambda settings: amazon(settings, "amazon-beauty"), [10]),
    ("Online Retail", lambda settings: retail(), [300]),
    ("clicks on 40 pages", lambda settings: generated("clicks on 40 pages", users=20_000, items=40, events=160_000), [200]),
    ("a million users", lambda settings: generated("a million users", users=1_000_000, items=20_000, events=8_000_000), [1000]),
]


@case("patterns")
def patterns(settings):
    """prefixspan makes Python lists and rusket and Spark lists too, which is part of their time, as writing ours to memory is of ours."""
    for name, load, counts in SOURCES:
        if settings.quick and name == "a million users":
            continue
        try:
            sequences = load(settings)
        except Unavailable as reason:
            yield reason
            continue
        store = sequences.store(settings.threads)
        for count in counts[:1] if settings.quick else counts:
            peers = {"prefixspan": prefixspan_peer(sequences, count), "rusket": rusket_peer(sequences, count)}
            try:
                peers["Spark"] = spark_peer(sequences, count, settings.threads)
            except Unavailable as reason:
                yield reason
            yield Contest(f"{name}: {sequences.count:,} users, {len(sequences.indices):,} events, support {count}",
                          functools.partial(mine, store, count), peers)
