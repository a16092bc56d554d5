"""Reading a log from a file into memory, with ids as numbers."""
import pathlib
import tempfile

import compare
import data
import generate
import library
from harness import Contest, Peer, case


def read(path, threads, **columns):
    """The log of a file; columns name those of user, item and so on."""
    recs = library.load()
    dictionaries = [recs.make("recs_ids", recs.lib.recs_ids_create, recs.context(threads)) for _ in range(2)]
    events = recs.make("recs_events", recs.lib.recs_events_create, *dictionaries)
    words = {field: recs.ffi.new("char[]", value.encode()) for field, value in columns.items()}
    recs.ok(recs.lib.recs_events_read_file(recs.ffi.NULL, events, str(path).encode(), recs.options("events_read", **words),
                                           recs.ffi.NULL, recs.ffi.NULL))
    return events


def sums(events):
    """Events, users and items."""
    lib = library.load().lib
    return [lib.recs_events_count(events), lib.recs_ids_count(lib.recs_events_users(events)),
            lib.recs_ids_count(lib.recs_events_items(events))]


def same(ours, frame):
    user, item = frame.columns[:2]
    return compare.same_values(sums(ours), [len(frame), frame[user].drop_nulls().n_unique(), frame[item].n_unique()], 0)


def polars_read(path, ids, others, **options):
    """The columns wanted, ids as categories, times parsed: what librecs keeps of the file."""
    import polars
    return polars.read_csv(path, columns=ids + others, schema_overrides=dict.fromkeys(ids, polars.Categorical),
                           try_parse_dates=True, **options).select(ids + others)


@case("read-events")
def read_events(settings):
    with tempfile.TemporaryDirectory() as folder:
        retail = pathlib.Path(folder) / "online-retail.csv"
        retail.write_bytes(data.online_retail())
        columns = {"user": "CustomerID", "item": "StockCode", "quantity": "Quantity", "price": "UnitPrice",
                   "time": "InvoiceDate", "session": "InvoiceNo"}
        yield Contest("Online Retail, CSV, 541,909 lines", lambda: read(retail, settings.threads, **columns), {
            "polars": Peer(lambda: polars_read(retail, ["CustomerID", "StockCode", "InvoiceNo"],
                                               ["Quantity", "UnitPrice", "InvoiceDate"]), same)})

        log, count = pathlib.Path(folder) / "log.tsv", 1_000_000 if settings.quick else 5_000_000
        with open(log, "wb") as out:
            generate.write(generate.Shape(users=count // 20, items=20_000, events=count), out)
        yield Contest(f"generated, TSV, {count:,} lines", lambda: read(log, settings.threads), {
            "polars": Peer(lambda: polars_read(log, ["user", "item"], ["time"], separator="\t"), same)})
