"""Pipelines against scikit-learn, scipy, pandas and numpy: each step, chains of them, and the way through a file."""
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn import impute, pipeline, preprocessing
from sklearn.compose import ColumnTransformer


class Table:
    """A data frame as a recs_table."""

    def __init__(self, recs, values, names=None):
        values = np.ascontiguousarray(values, dtype=np.float64)
        self.table = recs.ffi.new("recs_table *")
        self.table.struct_size = recs.ffi.sizeof("recs_table")
        self.table.rows, self.table.columns = values.shape
        self.keep = [values, recs.array("double", values)]
        self.table.values = self.keep[1]
        if names is not None:
            texts = [name.encode() for name in names]
            offsets = np.cumsum([0] + [len(text) for text in texts], dtype=np.int64)
            self.keep += [recs.ffi.new("char[]", b"".join(texts)), recs.array("int64_t", offsets), offsets]
            self.table.names, self.table.name_offsets = self.keep[2], self.keep[3]


class Pipeline:
    def __init__(self, recs, values, steps, names=None, threads=0, cpu_mask=0xFFFFFFFF, handle=None, **options):
        self.recs = recs
        if handle is None:
            text = recs.ffi.new("char[]", steps.encode())
            excluded = np.full(len(values), 7, np.uint8)
            given = Table(recs, values, names)
            handle = recs.make("recs_pipeline", recs.lib.recs_pipeline_fit, recs.array("uint8_t", excluded),
                               recs.context(threads, cpu_mask), given.table,
                               recs.options("pipeline", steps=text, **options), recs.ffi.NULL, recs.ffi.NULL)
            self.excluded = excluded.astype(bool)
        self.handle = handle

    def apply(self, values, names=None):
        lib, recs = self.recs.lib, self.recs
        out = np.empty((len(values), lib.recs_pipeline_columns(self.handle)))
        counts = np.zeros(lib.recs_pipeline_finding_count(self.handle), np.uint64)
        given = Table(recs, values, names)
        recs.ok(lib.recs_pipeline_apply(recs.array("double", out), recs.array("uint64_t", counts), self.handle, given.table))
        self.counts = counts
        return out

    def names(self):
        lib = self.recs.lib
        return [self.recs.ffi.string(lib.recs_pipeline_name(self.handle, i)).decode()
                for i in range(lib.recs_pipeline_columns(self.handle))]

    def findings(self):
        """(step, column, word, count, low, high) of each."""
        recs, ffi = self.recs, self.recs.ffi
        step, column, what = ffi.new("uint32_t *"), ffi.new("char const **"), ffi.new("char const **")
        count, low, high = ffi.new("uint64_t *"), ffi.new("double *"), ffi.new("double *")
        found = []
        for index in range(recs.lib.recs_pipeline_finding_count(self.handle)):
            recs.ok(recs.lib.recs_pipeline_finding(step, column, what, count, low, high, self.handle, index))
            found.append((step[0], ffi.string(column[0]).decode(), ffi.string(what[0]).decode(), count[0], low[0], high[0]))
        return found

    def through_a_file(self, threads=0):
        lib, recs = self.recs.lib, self.recs
        place, size = recs.ffi.new("void **"), recs.ffi.new("size_t *")
        recs.ok(lib.recs_pipeline_save_memory(place, size, self.handle))
        handle = recs.make("recs_pipeline", lib.recs_pipeline_load_memory, recs.context(threads), place[0], size[0])
        lib.recs_buffer_free(place[0])
        return Pipeline(recs, None, None, handle=handle)


def shop(seed, rows=400, columns=5, missing=0.0):
    """Skewed numbers of very different sizes, some below 0, as a shop's are."""
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(0, 1.5, (rows, columns))) * 10.0 ** rng.integers(-2, 4, columns)
    values[:, -1] -= np.median(values[:, -1])
    values[:, 0] = np.round(values[:, 0])
    values[rng.random(values.shape) < missing] = np.nan
    return values


def smooth(seed, rows=400, columns=5, missing=0.0):
    """Numbers without two distances alike, which scikit-learn (by products) and we (by differences) would round differently."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns))
    values[rng.random(values.shape) < missing] = np.nan
    return values


def close(found, wanted, tolerance=1e-12):
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


SKLEARN = {
    "impute=mean": lambda: impute.SimpleImputer(),
    "impute=median": lambda: impute.SimpleImputer(strategy="median"),
    "impute=most-frequent": lambda: impute.SimpleImputer(strategy="most_frequent"),
    "impute=constant:-2.5": lambda: impute.SimpleImputer(strategy="constant", fill_value=-2.5),
    "impute=knn": lambda: impute.KNNImputer(),
    "impute=knn:1": lambda: impute.KNNImputer(n_neighbors=1),
    "impute=knn:40": lambda: impute.KNNImputer(n_neighbors=40),
    "impute=keep; scale=z": lambda: preprocessing.StandardScaler(),
    "impute=keep; scale=robust": lambda: preprocessing.RobustScaler(),
    "impute=keep; scale=minmax": lambda: preprocessing.MinMaxScaler(),
    "impute=keep; scale=rank": lambda: preprocessing.QuantileTransformer(subsample=None),
    "impute=keep; scale=rank:25": lambda: preprocessing.QuantileTransformer(n_quantiles=25, subsample=None),
    "impute=mean; scale=l2": lambda: pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.Normalizer()),
    "impute=median; scale=robust; scale=l2": lambda: pipeline.make_pipeline(
        impute.SimpleImputer(strategy="median"), preprocessing.RobustScaler(), preprocessing.Normalizer()),
    "indicate; impute=mean": lambda: impute.SimpleImputer(add_indicator=True),
}


@pytest.mark.filterwarnings("ignore:n_quantiles")
@pytest.mark.parametrize("steps", SKLEARN)
@pytest.mark.parametrize("rows", [1, 2, 7, 700])
def test_steps_as_scikit_learn_has_them(recs, steps, rows):
    make = smooth if "knn" in steps else shop
    train, new = make(rows, rows, missing=0.0 if rows < 3 else 0.2), make(rows + 1, 300, missing=0.2)
    if "indicate" in steps and rows < 3:
        pytest.skip("scikit-learn drops what it cannot see")
    if steps == "impute=knn:40" and rows == 7:
        pytest.skip("scikit-learn takes rows that share no column for near ones when it runs out of others")
    witness = SKLEARN[steps]()
    wanted = witness.fit_transform(train)
    ours = Pipeline(recs, train, steps)
    close(ours.apply(train), wanted)
    close(ours.apply(new), witness.transform(new))


def bounds_of(values, method, *arguments):
    column = values[~np.isnan(values)]
    if method == "iqr":
        low, high = np.percentile(column, [25, 75])
        if low == high:  # most values are the same: none is far
            return column.min(), column.max()
        return low - arguments[0] * (high - low), high + arguments[0] * (high - low)
    if method == "mad":
        reach = arguments[0] * scipy.stats.median_abs_deviation(column, scale="normal")
        if reach == 0:
            return column.min(), column.max()
        return np.median(column) - reach, np.median(column) + reach
    if method == "z":
        return column.mean() - arguments[0] * column.std(), column.mean() + arguments[0] * column.std()
    if method == "quantile":
        return tuple(np.quantile(column, arguments))
    return arguments


METHODS = [("iqr", 1.5), ("iqr", 0.25), ("mad", 3.5), ("z", 2), ("quantile", 0.05, 0.9), ("quantile", 0, 1), ("range", -1, 40)]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rows", [3, 50, 1001])
def test_outliers_as_pandas_has_them(recs, method, rows):
    train, new = shop(rows, rows, missing=0.1), shop(5, 200, missing=0.1)
    train[0] = 1
    text = ":".join(map(str, method))
    bounds = np.array([bounds_of(column, *method) for column in train.T])
    low, high = bounds.T
    clipped = Pipeline(recs, train, f"impute=keep; clip={text}")
    close(np.array([finding[4:] for finding in clipped.findings() if finding[2] == "clipped"]), bounds)
    close(clipped.apply(new), pd.DataFrame(new).clip(low, high, axis=1))
    outside = (new < low) | (new > high)
    assert clipped.counts[5:].tolist() == outside.sum(0).tolist()
    assert [finding[3] for finding in clipped.findings()][5:] == ((train < low) | (train > high)).sum(0).tolist()
    close(Pipeline(recs, train, f"impute=keep; blank={text}").apply(new), np.where(outside, np.nan, new))
    close(Pipeline(recs, train, f"impute=keep; flag={text}").apply(new), np.hstack([new, outside]))


def test_excluded_rows_teach_nothing(recs):
    train = shop(3, 500)
    low, high = np.array([bounds_of(column, "mad", 6) for column in train[:, :2].T]).T
    outside = ((train[:, :2] < low) | (train[:, :2] > high)).any(1)
    assert 0 < outside.sum() < 250
    ours = Pipeline(recs, train, "exclude[x0,x1]=mad:6; scale=z")
    assert (ours.excluded == outside).all()
    close(ours.apply(train), preprocessing.StandardScaler().fit(train[~outside]).transform(train))


def test_transforms(recs):
    values = shop(2)
    close(Pipeline(recs, values, "log").apply(values), np.sign(values) * np.log1p(abs(values)))
    close(Pipeline(recs, values, "sqrt").apply(values), np.sign(values) * np.sqrt(abs(values)))


def test_categories(recs):
    rng = np.random.default_rng(4)
    values = np.column_stack([rng.integers(0, 5, 300) * 0.1, rng.normal(size=300), rng.integers(-2, 2, 300)])
    new = values.copy()
    new[:5, 0] = [99, np.nan, 0.05, 0.1, -1]
    ours = Pipeline(recs, values, "onehot[a,c]", ["a", "b", "c"])
    witness = preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(values[:, [0, 2]])
    close(ours.apply(new, ["a", "b", "c"]), np.column_stack([new[:, 1], witness.transform(new[:, [0, 2]])]))
    assert ours.names() == ["b", "a=0", "a=0.1", "a=0.2", "a=0.30000000000000004", "a=0.4", "c=-2", "c=-1", "c=0", "c=1"]
    assert ours.counts.tolist() == [4, 0]


NAMES = ["recency", "orders", "spend", "visits", "margin"]
CHAIN = "indicate; impute[recency]=constant:400; impute[!recency]=knn:3; clip=iqr:1.5; log[spend,visits]; scale[recency,spend]=robust;" \
        "scale[orders,visits,margin]=z"


def chain():
    """The same in scikit-learn: each step keeps the columns' order by passing all of them on."""
    def on(transformer, *columns):
        transformers = [(name, transformer if name in columns else "passthrough", [i]) for i, name in enumerate(NAMES)]
        return ColumnTransformer(transformers)

    class Clip:
        def fit(self, values, _=None):
            self.bounds = np.array([bounds_of(column, "iqr", 1.5) for column in values.T]).T
            return self

        def transform(self, values):
            return np.clip(values, *self.bounds)

    knn = ColumnTransformer([("recency", impute.SimpleImputer(strategy="constant", fill_value=400), [0]),
                             ("rest", impute.KNNImputer(n_neighbors=3), [1, 2, 3, 4])])
    log = preprocessing.FunctionTransformer(lambda x: np.sign(x) * np.log1p(abs(x)))
    return pipeline.make_pipeline(knn, Clip(), on(log, "spend", "visits"), on(preprocessing.RobustScaler(), "recency", "spend"),
                                  on(preprocessing.StandardScaler(), "orders", "visits", "margin"))


def test_a_chain(recs):
    train, new = smooth(11, 600, missing=0.1), smooth(12, 300, missing=0.1)
    ours, witness = Pipeline(recs, train, CHAIN, NAMES), chain().fit(train)
    assert ours.names() == NAMES + [f"{name}_missing" for name in NAMES]
    for values in (train, new):
        close(ours.apply(values, NAMES), np.hstack([witness.transform(values), np.isnan(values)]))


def test_the_same_bits_everywhere(recs):
    """For any number of threads and instructions, in pieces, in another order of columns, and after a file."""
    train, new = shop(21, 10_000, missing=0.1), shop(22, 9_999, missing=0.1)
    steps = CHAIN + "; scale[spend]=rank; onehot[orders_missing]; scale=l2; flag=z"
    first = Pipeline(recs, train, steps, NAMES, threads=1, reference_rows=700)
    wanted = first.apply(new, NAMES)
    for threads, mask in ((1, 0), (2, 0xFFFFFFFF), (7, 1)):
        ours = Pipeline(recs, train, steps, NAMES, threads=threads, cpu_mask=mask, reference_rows=700)
        np.testing.assert_array_equal(ours.apply(new, NAMES), wanted)
        assert str(ours.findings()) == str(first.findings())  # as text: NaN is not equal to itself
    loaded = first.through_a_file(threads=3)
    np.testing.assert_array_equal(loaded.apply(new, NAMES), wanted)
    np.testing.assert_array_equal(np.vstack([loaded.apply(piece, NAMES) for piece in np.array_split(new, 41)]), wanted)
    np.testing.assert_array_equal(loaded.apply(new[:, ::-1], NAMES[::-1]), wanted)
    assert str(loaded.findings()) == str(first.findings())
    assert loaded.names() == first.names()
    again = loaded.through_a_file()
    np.testing.assert_array_equal(again.apply(new, NAMES), wanted)


def test_a_sample_of_reference_rows(recs):
    """Of many rows some are kept: the answer is scikit-learn's on some of the rows, and good for all."""
    train = smooth(31, 3000, missing=0.15)
    few, all_rows = (Pipeline(recs, train, "impute=knn:2", reference_rows=count).apply(train) for count in (500, 3000))
    close(all_rows, impute.KNNImputer(n_neighbors=2).fit_transform(train))
    known = ~np.isnan(train)
    assert (few[known] == train[known]).all()
    donors = [set(column[~np.isnan(column)]) for column in train.T]
    one = Pipeline(recs, train, "impute=knn:1", reference_rows=500).apply(train)
    for column, values in enumerate(one.T):
        used = set(values[~known[:, column] & known.any(1)])
        assert used <= donors[column] and len(used) <= 500


def test_quantiles_of_awkward_columns(recs):
    rng = np.random.default_rng(8)
    columns = [np.repeat([1.0, 2.0], [30, 71]), np.arange(101.0)[::-1], np.r_[np.zeros(100), 1e9], rng.integers(0, 3, 101),
               np.r_[-1e300, 1e300, np.zeros(99)], np.full(101, 0.1), -np.arange(101.0) ** 3]
    values = np.column_stack(columns)
    for q in (0.0, 0.01, 0.25, 1 / 3, 0.5, 0.999, 1.0):
        findings = Pipeline(recs, values, f"clip=quantile:{q}:1").findings()
        np.testing.assert_allclose([finding[4] for finding in findings], np.quantile(values, q, axis=0), rtol=1e-14)
