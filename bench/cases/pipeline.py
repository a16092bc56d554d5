"""Tables of numbers prepared: missing values, transforms and scaling, learned and applied, beside scikit-learn's pipelines."""
import numpy as np

import compare
import library
from harness import Contest, Peer, case


def behaviour(rows, columns, missing):
    """Skewed numbers of different sizes, as sums and counts of a shop are, with holes."""
    random = np.random.default_rng(6)
    values = np.exp(random.standard_normal((rows, columns)) * 1.5) * 10.0 ** (np.arange(columns) % 5 - 1)
    values[random.random((rows, columns)) < missing] = np.nan
    return values


def table_of(values):
    recs = library.load()
    table = recs.ffi.new("recs_table *", {"struct_size": recs.ffi.sizeof("recs_table"), "values": recs.array("double", values)})
    table.rows, table.columns = values.shape
    return table


def fit(values, threads, steps, **options):
    recs = library.load()
    text = recs.ffi.new("char[]", steps.encode())
    return recs.make("recs_pipeline", recs.lib.recs_pipeline_fit, recs.ffi.NULL, recs.context(threads), table_of(values),
                     recs.options("pipeline", steps=text, **options), recs.ffi.NULL, recs.ffi.NULL)


def apply(pipeline, values):
    recs = library.load()
    out = np.empty((len(values), recs.lib.recs_pipeline_columns(pipeline)))
    recs.ok(recs.lib.recs_pipeline_apply(recs.array("double", out), recs.ffi.NULL, pipeline, table_of(values)))
    return out


def signed_log(values):
    return np.copysign(np.log1p(np.abs(values)), values)


def chains():
    """Steps, and a function that makes the same of scikit-learn."""
    from sklearn import impute, pipeline, preprocessing

    def log():
        return preprocessing.FunctionTransformer(signed_log)

    return {
        "impute=median; log; scale=z": lambda: pipeline.make_pipeline(
            impute.SimpleImputer(strategy="median"), log(), preprocessing.StandardScaler(copy=False)),
        "impute=mean; scale=robust; scale=l2": lambda: pipeline.make_pipeline(
            impute.SimpleImputer(), preprocessing.RobustScaler(copy=False), preprocessing.Normalizer(copy=False)),
        "impute=median; scale=rank": lambda: pipeline.make_pipeline(
            impute.SimpleImputer(strategy="median"), preprocessing.QuantileTransformer(subsample=None, copy=False)),
    }


def same(ours, theirs):
    return compare.same_values(ours.ravel(), theirs.ravel(), 1e-9)


@case("pipeline-fit")
def fit_and_apply(settings):
    """Learned from a table, which is prepared with it."""
    rows, columns = (200_000, 16) if settings.quick else (1_000_000, 16)
    values = behaviour(rows, columns, 0.05)
    for steps, make in chains().items():
        yield Contest(f"{rows:,} x {columns}: {steps}", lambda: apply(fit(values, settings.threads, steps), values),
                      {"scikit-learn": Peer(lambda: make().fit_transform(values), same)})


@case("pipeline-apply")
def apply_to_new(settings):
    """New rows through a pipeline that was learned before."""
    rows, columns = (200_000, 16) if settings.quick else (1_000_000, 16)
    values, new = behaviour(20_000, columns, 0.05), behaviour(rows, columns, 0.05)
    for steps, make in chains().items():
        ours, theirs = fit(values, settings.threads, steps), make().fit(values)
        yield Contest(f"{rows:,} x {columns}: {steps}", lambda: apply(ours, new),
                      {"scikit-learn": Peer(lambda: theirs.transform(new), same)})


@case("pipeline-knn")
def neighbors(settings):
    """Missing values from the 5 nearest of all rows."""
    from sklearn import impute

    for rows, columns in ((2_000, 8),) if settings.quick else ((2_000, 8), (10_000, 16)):
        values = np.random.default_rng(7).standard_normal((rows, columns))
        values[np.random.default_rng(8).random(values.shape) < 0.05] = np.nan
        yield Contest(f"{rows:,} x {columns}, 5% missing, k=5",
                      lambda: apply(fit(values, settings.threads, "impute=knn:5", reference_rows=rows), values),
                      {"scikit-learn": Peer(lambda: impute.KNNImputer().fit_transform(values), same)})
