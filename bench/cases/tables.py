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


def cleaned(path, threads, **columns):
    """The log of a file without what the default rules of cleaning drop."""
    recs = library.load()
    events, out = read(path, threads, **columns), recs.ffi.new("recs_events **")
    recs.ok(recs.lib.recs_events_clean(out, recs.ffi.NULL, events, recs.ffi.NULL, recs.ffi.NULL, recs.ffi.NULL))
    return events, recs.ffi.gc(out[0], recs.lib.recs_events_free)


@case("clean-events")
def clean_events(settings):
    """From a file to a cleaned log, beside a reader that cleans nothing: texts for ids and, where that is faster, for times."""
    import polars
    times = 2 if settings.quick else 10
    columns = {"user": "CustomerID", "item": "StockCode", "quantity": "Quantity", "price": "UnitPrice", "time": "InvoiceDate",
               "session": "InvoiceNo"}
    names = list(columns.values())
    with tempfile.TemporaryDirectory() as folder:
        retail = pathlib.Path(folder) / "online-retail.csv"
        header, body = data.online_retail().split(b"\n", 1)
        retail.write_bytes(header + b"\n" + times * body)

        def polars_read(dates):
            return polars.read_csv(retail, columns=names, try_parse_dates=dates,
                                   schema_overrides=dict.fromkeys(["CustomerID", "StockCode", "InvoiceNo"], polars.String))

        def same_log(ours, frame):
            return compare.same_values(sums(ours[0]), [len(frame), frame["CustomerID"].drop_nulls().n_unique(),
                                                       frame["StockCode"].n_unique()], 0)

        yield Contest(f"Online Retail, CSV, {times} times over, read and cleaned; the peer only reads",
                      lambda: cleaned(retail, settings.threads, **columns),
                      {"polars, times as text": Peer(lambda: polars_read(False), same_log),
                       "polars": Peer(lambda: polars_read(True), same_log)})
