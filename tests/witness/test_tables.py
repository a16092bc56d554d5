"""Tables against Python's csv and json, and times against pandas: what they write is read back as it was."""
import csv
import io
import json
import math
import random

import numpy as np
import pandas as pd
import pytest

from conftest import NO_ROW, NO_TIME

NASTY = ['"', '""', ",", ";", "\n", "\r\n", "\r", "\t", " ", "'", "\\", "é", "ß", "茶", "🫖", "a", "b", "1", "-", "=", "|"]
CSV, TSV, JSONL = 1, 2, 3


def nasty_text(draw, forbidden=""):
    pieces = [piece for piece in NASTY if not set(piece) & set(forbidden)]
    return "".join(draw.choice(pieces) for _ in range(draw.randint(0, 6)))


class Log:
    """A log that was read, as lists of Python values (None: unknown)."""

    def __init__(self, recs, data, chunk=None, **options):
        self.recs, lib, ffi = recs, recs.lib, recs.ffi
        self.users = recs.make("recs_ids", lib.recs_ids_create, recs.context())
        self.items = recs.make("recs_ids", lib.recs_ids_create, recs.context())
        self.events = recs.make("recs_events", lib.recs_events_create, self.users, self.items)
        keep = {name: ffi.new("char[]", value.encode()) for name, value in options.items() if isinstance(value, str)}
        chosen = recs.options("events_read", **{**options, **keep})
        null = ffi.NULL
        if chunk is None:
            recs.ok(lib.recs_events_read_memory(null, self.events, data, len(data), chosen, null, null))
        else:
            source = self.source(data, chunk)
            recs.ok(lib.recs_events_read_source(null, self.events, source, null, chosen, null, null))

    def source(self, data, chunk):
        """Gives the data in pieces of one to `chunk` bytes."""
        draw, at = random.Random(chunk), [0]

        @self.recs.ffi.callback("int64_t(void *, void *, size_t)")
        def give(_, buffer, capacity):
            piece = data[at[0]:at[0] + min(draw.randint(1, chunk), capacity)]
            at[0] += len(piece)
            self.recs.ffi.memmove(buffer, piece, len(piece))
            return len(piece)

        return give

    def names(self, ids, rows):
        out, length = self.recs.ffi.new("char **"), self.recs.ffi.new("size_t *")
        found = []
        for row in rows:
            if row == NO_ROW:
                found.append("")
                continue
            self.recs.ok(self.recs.lib.recs_ids_name(out, length, ids, row))
            found.append(self.recs.ffi.buffer(out[0], length[0])[:].decode())
        return found

    def columns(self):
        lib, recs = self.recs.lib, self.recs
        count = lib.recs_events_count(self.events)
        rows = {name: np.empty(count, np.uint32) for name in ("user", "item", "event", "session")}
        weight = np.empty(count, np.float32)
        quantity, price = np.empty(count), np.empty(count)
        time = np.empty(count, np.int64)
        u32 = lambda name: recs.array("uint32_t", rows[name])
        recs.ok(lib.recs_events_read(u32("user"), u32("item"), u32("event"), recs.array("float", weight),
                                     recs.array("double", quantity), recs.array("double", price),
                                     recs.array("int64_t", time), u32("session"), self.events, 0, count))
        return {"user": self.names(self.users, rows["user"]),
                "item": self.names(self.items, rows["item"]),
                "event": self.names(lib.recs_events_types(self.events), rows["event"]),
                "session": self.names(lib.recs_events_sessions(self.events), rows["session"]),
                "weight": weight, "quantity": quantity, "price": price, "time": time}


def random_rows(draw, count, forbidden=""):
    number = lambda: draw.choice([draw.randint(-99, 99), draw.uniform(-1, 1), draw.uniform(-1, 1) * 10.0**draw.randint(-30, 30)])
    return [{"user": nasty_text(draw, forbidden), "item": nasty_text(draw, forbidden),
             "event": draw.choice(["event", "view", "buy, now", "a\"b"]) if not forbidden else "view",
             "session": nasty_text(draw, forbidden), "weight": number(), "quantity": number(), "price": number(),
             "time": draw.randint(-10**9, 2 * 10**9), "rest": nasty_text(draw, forbidden)} for _ in range(count)]


def check(log, rows):
    got = log.columns()
    for name in ("user", "item", "event", "session"):
        assert got[name] == [row[name] for row in rows], name
    np.testing.assert_array_equal(got["weight"], np.array([row["weight"] for row in rows], np.float32))
    for name in ("quantity", "price"):
        np.testing.assert_array_equal(got[name], np.array([row[name] for row in rows], np.float64))
    np.testing.assert_array_equal(got["time"], np.array([row["time"] * 1000 for row in rows]))


def written_csv(rows, draw, **dialect):
    out = io.StringIO()
    names = list(rows[0])
    draw.shuffle(names)
    writer = csv.DictWriter(out, names, **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("seed", range(20))
def test_csv(recs, seed):
    draw = random.Random(seed)
    delimiter = draw.choice([",", ";", "\t", "|", " "])
    rows = random_rows(draw, draw.choice([1, 7, 500, 9000 if seed < 4 else 50]))
    data = written_csv(rows, draw, delimiter=delimiter, lineterminator=draw.choice(["\n", "\r\n"]),
                       quoting=draw.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
    if draw.random() < 0.5:
        data = b"\xef\xbb\xbf" + data
    check(Log(recs, data, draw.choice([None, 1, 7, 4096, 10**6]), format=CSV, delimiter=ord(delimiter)), rows)


@pytest.mark.parametrize("seed", range(5))
def test_tsv(recs, seed):
    """Without quotes, as Python writes it when it may neither quote nor escape."""
    draw = random.Random(seed)
    rows = random_rows(draw, 500, forbidden="\t\r\n\"")
    data = written_csv(rows, draw, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
    check(Log(recs, data, draw.choice([None, 5]), format=TSV), rows)


@pytest.mark.parametrize("seed", range(10))
def test_json_lines(recs, seed):
    draw = random.Random(seed)
    rows = random_rows(draw, draw.choice([1, 40, 9000 if seed < 2 else 100]))
    lines = []
    for row in rows:
        shown = dict(draw.sample(list(row.items()), len(row)))
        shown["nested"] = {"a": [1, {"b": "\"}"}], "c": row["rest"]}
        lines.append(json.dumps(shown, ensure_ascii=draw.random() < 0.5, indent=None,
                                separators=draw.choice([(",", ":"), (" , ", " : ")])))
    data = "\n".join(lines).encode()
    check(Log(recs, data, draw.choice([None, 3, 10**6]), format=JSONL), rows)


def test_csv_modules_reading(recs):
    """Quotes within unquoted cells, as Python's reader takes them."""
    data = 'user,item\n5" pipe,a"b"c\nx"","y""z"\n"","a ""b"", c"\n'
    rows = list(csv.DictReader(io.StringIO(data)))
    got = Log(recs, data.encode()).columns()
    assert got["user"] == [row["user"] for row in rows]
    assert got["item"] == [row["item"] for row in rows]


def test_times(recs):
    """ISO 8601 in many forms, against pandas."""
    draw = random.Random(1)
    texts = []
    for _ in range(3000):
        moment = pd.Timestamp(draw.randint(-3 * 10**10, 24 * 10**10), unit="s")
        form = draw.choice(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"])
        text = moment.strftime(form)
        if form.endswith("%S") and draw.random() < 0.5:
            text += "." + "".join(draw.choice("0123456789") for _ in range(3))
        if "%H" in form and draw.random() < 0.5:
            text += draw.choice(["Z", "+00:00", "+02:00", "-0330", "+14"])
        texts.append(text)
    moments = [pd.Timestamp(text) for text in texts]
    expected = [moment if moment.tzinfo is None else moment.tz_convert("UTC").tz_localize(None) for moment in moments]
    data = "user,item,time\n" + "".join(f"u,i,{text}\n" for text in texts) + "u,i,\n"
    got = Log(recs, data.encode()).columns()["time"]
    assert got[-1] == NO_TIME
    assert list(got[:-1]) == [moment.as_unit("ms").asm8.view("i8") for moment in expected]


def test_profiles(recs):
    """Items of random numbers, texts, tags and vectors, as csv and as JSON Lines."""
    draw = random.Random(5)
    lib, ffi = recs.lib, recs.ffi
    rows = [{"item": f"i{i}", "n": draw.choice([None, draw.uniform(-1e6, 1e6)]), "t": nasty_text(draw),
             "g": draw.sample(["a", "b,c", "d\"e", "f\ng", "é"], draw.randint(0, 5)),
             "v": draw.choice([None, [draw.uniform(-1, 1) for _ in range(4)]])} for i in range(300)]
    flat = [{"item": row["item"], "n": "" if row["n"] is None else repr(row["n"]), "t": row["t"], "g": "|".join(row["g"]),
             "v": "" if row["v"] is None else draw.choice([" ", ",", ";", " ; "]).join(map(repr, row["v"]))} for row in rows]
    for format, data in ((CSV, written_csv(flat, draw)), (JSONL, "\n".join(map(json.dumps, rows)).encode())):
        ids = recs.make("recs_ids", lib.recs_ids_create, recs.context())
        store = recs.make("recs_profiles", lib.recs_profiles_create, ids)
        names = {key: ffi.new("char[]", value) for key, value in (("numbers", b"n"), ("text", b"t"), ("embeddings", b"v"))}
        options = recs.options("profiles_read", format=format, **names)
        recs.ok(lib.recs_profiles_read_memory(ffi.NULL, store, ids, data, len(data), options, ffi.NULL, ffi.NULL))
        fields = {}
        for index in range(lib.recs_profiles_field_count(store)):
            name = ffi.new("char **")
            recs.ok(lib.recs_profiles_field(name, ffi.NULL, ffi.NULL, store, index))
            fields[ffi.string(name[0]).decode()] = index
        assert sorted(fields) == ["g", "n", "t", "v"]
        for index, row in enumerate(rows):
            number, text, length = ffi.new("double *"), ffi.new("char **"), ffi.new("size_t *")
            recs.ok(lib.recs_profiles_number(number, store, index, fields["n"]))
            assert math.isnan(number[0]) if row["n"] is None else number[0] == row["n"]
            recs.ok(lib.recs_profiles_text(text, length, store, index, fields["t"]))
            assert ffi.buffer(text[0], length[0])[:].decode() == row["t"].strip(" \t\r\n")
            vector = ffi.new("float **")
            recs.ok(lib.recs_profiles_embedding(vector, store, index, fields["v"]))
            got = None if vector[0] == ffi.NULL else list(ffi.unpack(vector[0], 4))
            assert got == (None if row["v"] is None else [float(np.float32(value)) for value in row["v"]])
            tags, count = ffi.new("uint32_t **"), ffi.new("size_t *")
            recs.ok(lib.recs_profiles_tags(tags, ffi.NULL, count, store, index, fields["g"]))
            known = lib.recs_profiles_tag_ids(store, fields["g"])
            got = set()
            for tag in (ffi.unpack(tags[0], count[0]) if count[0] else []):
                recs.ok(lib.recs_ids_name(text, length, known, tag))
                got.add(ffi.buffer(text[0], length[0])[:].decode())
            assert got == set(row["g"])
