"""RFM against pandas, TF-IDF against scikit-learn."""
import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from conftest import NO_ROW, NO_TIME
from eventlog import Log, add_names, random_frame, retail

DAY = 86400000
NAMES = ["recency", "frequency", "monetary", "tenure", "mean_gap", "basket_size", "distinct_items", "mean_price"]


def rfm(recs, events, **options):
    features = recs.make("recs_features", recs.lib.recs_features_rfm, events, recs.options("rfm", **options))
    rows, columns = recs.lib.recs_features_rows(features), recs.lib.recs_features_columns(features)
    values = recs.view(recs.lib.recs_features_values(features), rows * columns, np.float64).reshape(rows, columns)
    names = [recs.ffi.string(recs.lib.recs_features_name(features, i)).decode() for i in range(columns)]
    return pd.DataFrame(values, recs.view(recs.lib.recs_features_keys(features), rows, np.uint32), names)


def witness(frame, now=None):
    known = frame[frame.time != NO_TIME]
    now = known.time.max() if now is None else now
    users = frame[frame.user != NO_ROW].groupby("user")
    timed = known[known.user != NO_ROW].groupby("user")
    inside = frame[(frame.user != NO_ROW) & (frame.session != NO_ROW)].groupby("user").session.nunique()
    outside = known[(known.user != NO_ROW) & (known.session == NO_ROW)]
    days = (outside.time // DAY).groupby(outside.user).nunique()
    money = (frame.quantity * frame.price).groupby(frame.user).sum()
    if frame.price.isna().all():
        money = users.quantity.sum()
    out = pd.DataFrame({"recency": (now - timed.time.max()) / DAY})
    out["frequency"] = inside.reindex(out.index).fillna(0) + days.reindex(out.index).fillna(0)
    out["monetary"] = money
    out["tenure"] = (timed.time.max() - timed.time.min()) / DAY
    out["mean_gap"] = (out.tenure / (out.frequency - 1)).where(out.frequency > 1, 0)
    out["basket_size"] = users.quantity.sum() / out.frequency
    items = frame[(frame.user != NO_ROW) & (frame["item"] != NO_ROW)]
    out["distinct_items"] = items.groupby("user")["item"].nunique().reindex(out.index).fillna(0)
    out["mean_price"] = users.price.mean().reindex(out.index).fillna(0)
    return out


def close(found, wanted):
    assert list(found.index) == list(wanted.index)
    assert list(found.columns) == NAMES[:len(found.columns)]
    np.testing.assert_allclose(found.to_numpy(), wanted[found.columns].to_numpy(float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_rfm_of_random_logs(recs, seed):
    rng = np.random.default_rng(seed)
    frame = random_frame(rng, 60 * 4**seed % 3000 + 5, 40, 15, 30, unknown=0.1 * seed)
    if seed % 2:
        frame.price = np.nan
    frame.time = frame.time.where(frame.time == NO_TIME, frame.time - 30 * DAY)
    users, items, sessions = ([f"{kind}{i}" for i in range(count)] for kind, count in (("u", 40), ("i", 15), ("s", 30)))
    log = Log(recs, users, items, sessions, ["a", "b"], frame)
    close(rfm(recs, log.events), witness(frame))
    close(rfm(recs, log.events, extended=1), witness(frame))
    close(rfm(recs, log.events, extended=1, now=12345678), witness(frame, 12345678))


def test_rfm_of_a_real_shop(recs):
    log, frame, *_ = retail(recs)
    close(rfm(recs, log.events, extended=1), witness(frame))


WORDS = ["Cat", "cat", "DOG", "dog", "x", "x2", "naïve", "É", "the", "a_b", "über-groß", "10cm", "€", "Ω", "日本", "--",
         "don't"]


def texts_of(rng, count):
    return [" ".join(rng.choice(WORDS, rng.integers(0, 30))) for _ in range(count)]


def tfidf(recs, texts, min_documents):
    """As a scipy matrix and a list of terms; the texts that are None are missing."""
    lib, ffi = recs.lib, recs.ffi
    ids = recs.make("recs_ids", lib.recs_ids_create, recs.context())
    add_names(recs, ids, [str(i) for i in range(len(texts))])
    profiles = recs.make("recs_profiles", lib.recs_profiles_create, ids)
    field = ffi.new("uint32_t *")
    recs.ok(lib.recs_profiles_define(field, profiles, b"text", 3, 0))
    for row, text in enumerate(texts):
        if text is not None:
            recs.ok(lib.recs_profiles_set_text(profiles, row, field[0], text.encode(), len(text.encode())))
    terms = ffi.new("recs_ids **")
    matrix = ffi.new("recs_matrix **")
    recs.ok(lib.recs_features_tfidf(matrix, terms, profiles, field[0], min_documents))
    names, name, length = [], ffi.new("char const **"), ffi.new("size_t *")
    for row in range(lib.recs_ids_count(terms[0])):
        recs.ok(lib.recs_ids_name(name, length, terms[0], row))
        names.append(bytes(ffi.buffer(name[0], length[0])).decode())
    columns, values, count = ffi.new("uint32_t const **"), ffi.new("float const **"), ffi.new("size_t *")
    out = sp.lil_matrix((len(texts), len(names)))
    for row in range(len(texts)):
        recs.ok(lib.recs_matrix_row(columns, values, count, matrix[0], row))
        for i in range(count[0]):
            out[row, columns[0][i]] = values[0][i]
    lib.recs_matrix_free(matrix[0])
    lib.recs_ids_free(terms[0])
    return out.toarray(), names


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("min_documents", [1, 3])
def test_tfidf(recs, seed, min_documents):
    texts = [text or "cat" for text in texts_of(np.random.default_rng(seed), 40)]
    found, names = tfidf(recs, texts, min_documents)
    # One character a byte: then a word is what the header says, and scikit-learn does not know of other letters' cases.
    bytes_of = [re.sub("[A-Z]", lambda m: m.group().lower(), text).encode().decode("latin-1") for text in texts]
    sklearn = TfidfVectorizer(lowercase=False, token_pattern=r"[a-z0-9\x80-\xff]{2,}", min_df=min_documents)
    wanted = sklearn.fit_transform(bytes_of).toarray()
    places = [sklearn.vocabulary_[name.encode().decode("latin-1")] for name in names]
    assert len(names) == len(sklearn.vocabulary_)
    np.testing.assert_allclose(found, wanted[:, places], rtol=1e-6, atol=1e-7)


def test_missing_texts_are_no_documents(recs):
    texts = texts_of(np.random.default_rng(9), 20)
    texts = [text or "cat" for text in texts]
    with_gaps, names = tfidf(recs, [None, *texts, None, None], 1)
    without, same_names = tfidf(recs, texts, 1)
    assert names == same_names
    np.testing.assert_array_equal(with_gaps[1:21], without)
    assert not with_gaps[[0, 21, 22]].any()
