"""Event logs through the C ABI from pandas columns, and back."""
import gzip
import os
import pathlib

import numpy as np
import pandas as pd

from conftest import NO_ROW, NO_TIME

RETAIL = pathlib.Path(os.environ.get("RECS_SOURCE", ".")) / "examples/data/online-retail.csv.gz"
DTYPES = {"user": np.uint32, "item": np.uint32, "type": np.uint32, "weight": np.float32, "quantity": np.float64,
          "price": np.float64, "time": np.int64, "session": np.uint32}
CTYPES = {"user": "uint32_t", "item": "uint32_t", "type": "uint32_t", "weight": "float", "quantity": "double",
          "price": "double", "time": "int64_t", "session": "uint32_t"}
FIELDS = {"user": "users", "item": "items", "type": "types", "weight": "weights", "quantity": "quantities",
          "price": "prices", "time": "times", "session": "sessions"}


def add_names(recs, ids, names):
    """Adds ids; their rows are their places in the list when the dictionary was empty."""
    encoded = [name.encode() for name in names]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    offsets[1:] = np.cumsum([len(name) for name in encoded])
    recs.ok(recs.lib.recs_ids_add_many(recs.ffi.NULL, ids, b"".join(encoded), recs.array("int64_t", offsets),
                                       len(encoded)))


class Log:
    """A recs_events over dictionaries of the given ids, with the columns of a frame (rows, not ids) appended."""

    def __init__(self, recs, users, items, sessions=(), types=(), columns=None, time_kind=1, threads=0):
        self.recs, context = recs, recs.context(threads)
        self.users = recs.make("recs_ids", recs.lib.recs_ids_create, context)
        self.items = recs.make("recs_ids", recs.lib.recs_ids_create, context)
        add_names(recs, self.users, users)
        add_names(recs, self.items, items)
        self.events = recs.make("recs_events", recs.lib.recs_events_create, self.users, self.items)
        row = recs.ffi.new("uint32_t *")
        for name in sessions:
            recs.ok(recs.lib.recs_events_session(row, self.events, name.encode(), len(name.encode())))
        for name in types:
            recs.ok(recs.lib.recs_events_type(row, self.events, name.encode(), len(name.encode())))
        recs.ok(recs.lib.recs_events_set_time_kind(self.events, time_kind))
        if columns is not None:
            self.append(columns)

    def append(self, frame):
        recs, columns, keep = self.recs, self.recs.ffi.new("recs_event_columns *"), []
        columns.struct_size = recs.ffi.sizeof("recs_event_columns")
        for name in frame.columns:
            keep.append(np.ascontiguousarray(frame[name].to_numpy().astype(DTYPES[name])))
            setattr(columns, FIELDS[name], recs.array(CTYPES[name], keep[-1]))
        recs.ok(recs.lib.recs_events_append(self.events, columns, len(frame)))


def read_events(recs, events):
    """All events as a frame."""
    count = recs.lib.recs_events_count(events)
    arrays = {name: np.empty(count, dtype) for name, dtype in DTYPES.items()}
    pointers = [recs.array(CTYPES[name], arrays[name]) for name in DTYPES]
    recs.ok(recs.lib.recs_events_read(*pointers, events, 0, count))
    return pd.DataFrame(arrays)


def random_frame(rng, count, users, items, sessions, types=3, unknown=0.05):
    """A log with some of everything: repeats, unknown values, returns, equal times."""
    def rows(bound):
        values = rng.integers(0, bound, count).astype(np.uint32)
        return np.where(rng.random(count) < unknown, np.uint32(NO_ROW), values)

    return pd.DataFrame({
        "user": rows(users), "item": rows(items), "type": rng.integers(0, types, count).astype(np.uint32),
        "weight": rng.integers(-2, 6, count).astype(np.float32) / 2,
        "quantity": rng.integers(-3, 6, count).astype(float),
        "price": np.where(rng.random(count) < unknown, np.nan, rng.integers(-1, 40, count) / 4.0),
        "time": np.where(rng.random(count) < unknown, NO_TIME, rng.integers(0, 40, count) * 3600000 * 7),
        "session": rows(sessions)})


def retail(recs):
    """The shipped log of a shop as (Log, frame of rows, ids of users, items, sessions)."""
    with gzip.open(RETAIL) as file:
        table = pd.read_csv(file, dtype={"InvoiceNo": str, "StockCode": str, "CustomerID": str})
    users, items, sessions = (list(table[c].dropna().unique()) for c in ("CustomerID", "StockCode", "InvoiceNo"))
    frame = pd.DataFrame({
        "user": pd.Categorical(table.CustomerID, users).codes.astype(np.int64) & NO_ROW,
        "item": pd.Categorical(table.StockCode, items).codes,
        "quantity": table.Quantity.astype(float), "price": table.UnitPrice,
        "time": pd.to_datetime(table.InvoiceDate).astype("datetime64[ms]").astype(np.int64),
        "session": pd.Categorical(table.InvoiceNo, sessions).codes})
    return Log(recs, users, items, sessions, (), frame), frame, users, items, sessions
