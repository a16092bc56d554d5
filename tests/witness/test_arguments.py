"""Every public function with NULL, zero, negative, huge and NaN arguments and with rows that do not exist.

Each function of recs.cdef is called, in a process of its own that may die, with every pointer NULL and every number zero; and,
with valid handles, outputs and inputs beside it, with each pointer NULL in turn, with every kind of bad number, and with counts
that no array has where the array is NULL. No call may crash. A function that reports a status reports a negative one with a
message, or OK without one; what fails leaves its handle NULL. Functions that report nothing give 0, NULL or "".
"""
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import cffi

SOURCE = Path(os.environ["RECS_SOURCE"])
# int32_t that is no status.
VALUES = {"recs_version_number", "recs_abi_version", "recs_events_time_kind", "recs_candidates_has", "recs_split_method",
          "recs_tuning_improved", "recs_sequence_measure", "recs_sequence_is_distance", "recs_rules_metric_direction"}
# Functions without arguments or of a bare number: what they give for zeros is no error.
ALWAYS_FINE = {"recs_strerror"}
# Numbers that choose one of many, as against numbers that say how long an array is.
CHOICES = {"row", "field", "item", "index", "user", "kind", "type", "metric", "exclude", "seed", "keep_repeats", "first"}
# Numbers that only bound what is given back.
BOUNDS = {"n", "k", "limit"}
# The fields of the profiles that are made, in their order, by what functions are called that work on them.
FIELDS = ("tag|onehot", "number", "text|tfidf", "embedding")
# The arrays of these have n (k) places for each of many users (queries), and are walked by it.
STRIDED = {"recs_model_recommend_many", "recs_index_top_dense_many"}
SENTINEL = 0x5A5A5A5A


class Function:
    """A function of recs.cdef: name, result, and parameters as (type text, name)."""

    def __init__(self, result, name, parameters):
        self.result = result.strip()
        self.name = name
        self.parameters = [] if parameters.strip() == "void" else [
            re.match(r"(.*?)(\w+)$", part.strip(), re.S).groups() for part in parameters.split(",")]
        self.parameters = [(kind.strip(), argument) for kind, argument in self.parameters]

    def is_status(self):
        return self.result == "int32_t" and self.name not in VALUES

    def is_free(self):
        return self.name.endswith("_free")


def functions_of(cdef):
    found = re.findall(r"^(?!typedef)((?:const )?\w+ \**)\s*(recs_\w+)\(([^()]*)\);", cdef, re.M)
    return [Function(*parts) for parts in found]


def exported():
    """The names that librecs.map exports."""
    return re.findall(r"^\s+(recs_\w+);", (SOURCE / "lib/librecs.map").read_text(), re.M)


class World:
    """The library, and one valid object of each kind that can be made."""

    def __init__(self):
        self.ffi = cffi.FFI()
        self.cdef = Path(os.environ["RECS_CDEF"]).read_text()
        self.ffi.cdef(self.cdef)
        self.lib = self.ffi.dlopen(os.environ["RECS_LIBRARY"])
        self.functions = functions_of(self.cdef)
        self.keep = []
        self.handles = {}

    def has(self, name):
        return hasattr(self.lib, name)

    def error(self):
        return self.ffi.string(self.lib.recs_last_error()).decode(errors="replace")

    def new(self, *what):
        made = self.ffi.new(*what)
        self.keep.append(made)
        return made

    def make(self, kind, constructor, *arguments, out=None):
        """One object of a kind; silently none where the function or an argument is not there yet."""
        if not self.has(constructor) or any(argument is None for argument in arguments):
            return None
        place = self.new(f"{kind} **")
        arguments = [self.ffi.NULL if argument is NULL else argument for argument in arguments]
        before = [] if out is None else out
        status = getattr(self.lib, constructor)(place, *before, *arguments)
        assert status == 0, f"{constructor}: {self.error()}"
        self.handles[kind] = place[0]
        return place[0]

    def struct(self, kind, **values):
        made = self.new(f"{kind} *", {"struct_size": self.ffi.sizeof(kind), **values})
        return made

    def make_stores(self):
        lib, ffi = self.lib, self.ffi
        context = self.make("recs_context", "recs_context_create", NULL)
        ids = self.make("recs_ids", "recs_ids_create", context)
        number = self.new("uint32_t *")
        for name in (b"a", b"b", b"c", b"d"):
            assert lib.recs_ids_add(number, ids, name, 1) == 0
        profiles = self.make("recs_profiles", "recs_profiles_create", ids)
        for name, kind, dimension in ((b"tags", 1, 0), (b"number", 2, 0), (b"x", 3, 0), (b"vector", 4, 2)):
            assert lib.recs_profiles_define(number, profiles, name, kind, dimension) == 0
        for row in range(4):
            assert lib.recs_profiles_set_tag(profiles, row, 0, b"t%d" % (row % 2), 2, 1) == 0
            assert lib.recs_profiles_set_text(profiles, row, 2, b"word other", 10) == 0
        events = self.make("recs_events", "recs_events_create", ids, ids)
        assert lib.recs_events_session(number, events, b"s", 1) == 0
        users = self.new("uint32_t[]", [0, 0, 1, 1, 2, 2, 3, 3])
        items = self.new("uint32_t[]", [0, 1, 1, 2, 2, 3, 0, 2])
        sessions = self.new("uint32_t[8]")
        times = self.new("int64_t[]", [86400000 * day for day in range(8)])
        columns = self.struct("recs_event_columns", users=users, items=items, times=times, sessions=sessions)
        assert lib.recs_events_append(events, columns, 8) == 0, self.error()
        return context, ids, profiles, events

    def make_all(self):
        context, ids, profiles, events = self.make_stores()
        report = self.new("recs_report **")
        if self.has("recs_events_clean"):
            made = self.new("recs_events **")
            assert self.lib.recs_events_clean(made, report, events, self.ffi.NULL, self.ffi.NULL, self.ffi.NULL) == 0
            self.handles["recs_report"] = report[0]
        matrix = self.make("recs_matrix", "recs_matrix_build", events, NULL)
        histories = self.make("recs_histories", "recs_histories_build", events, 0, NULL)
        self.make("recs_candidates", "recs_candidates_create", context, 4, NULL, 0, NULL, 0)
        self.make("recs_features", "recs_features_rfm", events, NULL)
        self.make("recs_quality", "recs_events_quality", events, NULL, NULL, NULL)
        self.make("recs_scaler", "recs_scaler_fit", context, 2, self.new("double[]", [1, 2, 3, 5]), 2, 2)
        table = self.struct("recs_table", values=self.new("double[]", [1, 2, 3, 5]), rows=2, columns=2)
        self.make("recs_pipeline", "recs_pipeline_fit", NULL, context, table, NULL, NULL, NULL)
        kernel = self.make("recs_kernel", "recs_kernel_create", context, 1, NULL)
        self.make("recs_index", "recs_index_create", kernel, matrix)
        self.make("recs_neighbors", "recs_neighbors_build", kernel, matrix, NULL, NULL, NULL)
        self.make_analyses(context, matrix)
        self.make_patterns(events)
        self.make("recs_funnel", "recs_funnel_create", events, b"event,event", NULL, NULL, NULL)
        self.make("recs_retention", "recs_retention_create", events, NULL, NULL, NULL)
        self.make("recs_sequence_index", "recs_sequence_index_of_histories", histories)
        self.make_models(context, ids, profiles, events, matrix, histories)

    def make_analyses(self, context, matrix):
        ffi = self.ffi
        values = self.new("float[]", [0, 0, 0, 1, 5, 5, 5, 6, 9, 9, 9, 8])
        if self.has("recs_kmeans_fit"):
            options = self.new("recs_kmeans_options *")
            assert self.lib.recs_kmeans_options_init(options, self.ffi.sizeof(options[0])) == 0
            options.clusters = 2
            self.make("recs_kmeans", "recs_kmeans_fit", context, values, 6, 2, options, NULL, NULL)
        labels = self.new("uint32_t[]", [0, 0, 0, 1, 1, 1])
        doubles = self.new("double[]", [0, 0, 0, 1, 5, 5, 5, 6, 9, 9, 9, 8])
        table = self.struct("recs_table", values=doubles, rows=6, columns=2)
        pipeline = self.handles.get("recs_pipeline") or self.make("recs_pipeline", "recs_pipeline_fit", context, table, NULL, NULL, NULL, out=[ffi.NULL])
        if pipeline is not None and self.handles.get("recs_kmeans") is not None and self.lib.recs_pipeline_columns(pipeline) == 2:
            self.make("recs_assigner", "recs_assigner_create", pipeline, self.handles["recs_kmeans"])
        self.make("recs_stability", "recs_stability_kmeans", context, values, 6, 2, labels, NULL, NULL, NULL, NULL)
        self.make("recs_segments", "recs_segments_describe", context, doubles, 6, 2, labels, 2, NULL)
        if self.has("recs_kmeans_choose"):
            self.make("recs_choice", "recs_kmeans_choose", context, values, 6, 2, NULL, NULL, NULL, NULL, out=[ffi.NULL])
        if self.has("recs_density_fit"):
            options = self.new("recs_density_options *")
            assert self.lib.recs_density_options_init(options, self.ffi.sizeof(options[0])) == 0
            options.min_points = 2
            self.make("recs_density", "recs_density_fit", context, values, 6, 2, options, NULL, NULL)
        if self.has("recs_apriori_create"):
            options = self.new("recs_apriori_options *")
            assert self.lib.recs_apriori_options_init(options, self.ffi.sizeof(options[0])) == 0
            options.min_support = 0.1
            miner = self.make("recs_apriori", "recs_apriori_create", matrix, options)
            itemsets = self.make("recs_itemsets", "recs_apriori_itemsets", miner, NULL, NULL)
            self.make("recs_rules", "recs_rules_create", itemsets, NULL, NULL, NULL)

    def make_patterns(self, events):
        store = self.make("recs_sequence_store", "recs_sequence_store_build", events, 1, NULL)
        patterns = self.make("recs_patterns", "recs_patterns_mine", store, NULL, NULL, NULL)
        self.make("recs_pattern_rules", "recs_pattern_rules_create", patterns, NULL)

    def make_models(self, context, ids, profiles, events, matrix, histories):
        if matrix is None or histories is None:
            return
        training = self.struct("recs_training", matrix=matrix, histories=histories, items=profiles)
        scorer = self.make("recs_scorer", "recs_scorer_fit", training, b"item-knn", NULL, NULL, NULL)
        history = self.struct("recs_history", items=self.new("uint32_t[]", [0, 1]), count=2, user=0xFFFFFFFF)
        self.make("recs_explanation", "recs_explain", scorer, history, 2, ids, profiles, NULL, 3)
        model = self.make("recs_model", "recs_model_fit", events, NULL, NULL, NULL)
        slot = self.make("recs_model_slot", "recs_model_slot_create", context)
        if slot is not None and model is not None:
            assert self.lib.recs_model_slot_publish(slot, model) == 0
        self.training, self.history = training, history
        self.make_evaluations(ids, profiles)

    def make_evaluations(self, ids, profiles):
        """Of a log in which each user does three things, the last of which is to be found."""
        log = self.new("recs_events **")
        assert self.lib.recs_events_create(log, ids, ids) == 0
        columns = self.struct("recs_event_columns", users=self.new("uint32_t[]", [0, 0, 0, 1, 1, 1, 2, 2, 2]),
                              items=self.new("uint32_t[]", [0, 1, 2, 1, 2, 3, 2, 3, 0]))
        assert self.lib.recs_events_append(log[0], columns, 9) == 0, self.error()
        split = self.make("recs_split", "recs_split_create", log[0], NULL)
        model = self.new("recs_model **")
        assert self.lib.recs_model_fit(model, self.lib.recs_split_training(split, 2), *[self.ffi.NULL] * 3) == 0
        self.make("recs_evaluation", "recs_evaluate", split, model[0], NULL, NULL, NULL)
        options = self.new("recs_model_options *")
        assert self.lib.recs_model_options_init(options, self.ffi.sizeof("recs_model_options")) == 0
        options.scorer = self.new("char[]", b"item-knn")
        self.make("recs_tuning", "recs_tune", split, options, NULL, NULL, NULL)


class NULL:
    """An argument that is NULL on purpose, as against one that could not be made."""


class Calls:
    """Arguments for the calls of one function."""

    def __init__(self, world, function, directory):
        self.world, self.function, self.directory = world, function, directory
        ffi = world.ffi
        self.types = [ffi.typeof(re.sub(r"\s+", " ", kind)) for kind, _ in function.parameters]
        position = [i for i, (kind, _) in enumerate(function.parameters)
                    if self.handle_kind(i) is not None and not kind.endswith("**")]
        self.subject = position[0] if position else len(self.types)

    def handle_kind(self, index):
        """recs_x for a parameter that is a handle (or the place of one), else None."""
        match = re.fullmatch(r"(?:const )?(recs_\w+) \*+(?:const \*)?", self.function.parameters[index][0])
        if match is None or f"{match.group(1)}_free" not in {function.name for function in self.world.functions} | {
                "recs_schema_free"}:
            return None
        return match.group(1)

    def is_pointer(self, index):
        return self.types[index].kind in ("pointer", "function")

    def is_input_array(self, index):
        """A pointer to numbers or text that the function reads."""
        kind = self.function.parameters[index][0]
        return (self.is_pointer(index) and self.handle_kind(index) is None and self.types[index].kind == "pointer"
                and self.types[index].item.kind in ("primitive", "void", "pointer")
                and ("const" in kind or index > self.subject) and not self.is_place(index))

    def is_place(self, index):
        """A pointer to a pointer that the function sets."""
        kind = self.function.parameters[index][0]
        return kind.endswith("**") and "*const" not in kind

    def zero(self, index):
        return self.world.ffi.NULL if self.is_pointer(index) else 0

    def struct(self, index):
        ffi, lib = self.world.ffi, self.world.lib
        name = self.types[index].item.cname
        initialize = name.replace("_options", "_options_init")
        if name == "recs_training":
            return getattr(self.world, "training", ffi.NULL)
        if name == "recs_history":
            return getattr(self.world, "history", ffi.NULL)
        made = self.world.new(f"{name} *")
        if name.endswith("_options") and self.world.has(initialize):
            assert getattr(lib, initialize)(made, ffi.sizeof(name)) == 0
        elif any(field == "struct_size" for field, _ in self.types[index].item.fields):
            made.struct_size = ffi.sizeof(name)
        return made

    def valid(self, index):
        """A valid argument; None when its kind cannot be made yet."""
        ffi, world = self.world.ffi, self.world
        kind, name = self.function.parameters[index]
        if not self.is_pointer(index):
            if name == "field":
                return next((field for field, word in enumerate(FIELDS) if re.search(word, self.function.name)), 0)
            return {"dimension": 2, "columns": 2, "rows": 4}.get(name, 1)
        if self.types[index].kind == "function" or kind == "void *" and name in ("payload", "source_payload"):
            return ffi.NULL
        if kind == "const recs_schema *":
            return world.lib.recs_matrix_schema() if world.has("recs_matrix_schema") else None
        if self.is_place(index):
            return world.new("void *[64]", [ffi.cast("void *", SENTINEL)] * 64)
        if self.handle_kind(index) is not None:
            handle = world.handles.get(self.handle_kind(index))
            return world.new("void *[4]", [handle] * 4) if "*const" in kind and handle is not None else handle
        if name == "path":
            return world.new("char[]", f"{self.directory}/none/file".encode())
        if self.types[index].item.kind == "struct":
            return self.struct(index)
        if kind == "const char *":
            return world.new("char[]", b"x" + bytes(4096))
        return world.new("char[65536]")

    def all_valid(self):
        return [self.valid(index) for index in range(len(self.types))]

    def pass_on(self, arguments):
        """The arguments as cffi wants them."""
        ffi = self.world.ffi
        return [ffi.cast(kind, value) if self.is_pointer(i) else value
                for i, (kind, value) in enumerate(zip(self.types, arguments))]

    def number(self, index, how):
        """A bad number of the parameter's type."""
        ctype = self.types[index]
        if ctype.cname in ("double", "float"):
            return {"huge": 1e38, "negative": -1.0, "nan": math.nan, "infinite": -math.inf}[how]
        bits = 8 * self.world.ffi.sizeof(ctype)
        signed = int(self.world.ffi.cast(ctype, -1)) < 0
        if how == "negative" and signed:
            return -1
        if how in ("huge", "negative"):
            return 2 ** (bits - 1) - 1 if signed else 2 ** bits - 1 - (how == "negative")
        return 1

    def cases(self):
        """(name, arguments) of every call but the one of zeros."""
        function = self.function
        if function.is_free() or any(argument is None for argument in self.all_valid()):
            return
        numbers = [i for i in range(len(self.types)) if not self.is_pointer(i)]
        for index in range(len(self.types)):
            if self.is_pointer(index):
                arguments = self.all_valid()
                arguments[index] = self.world.ffi.NULL
                yield f"{function.parameters[index][1]} NULL", arguments
        for how in ("huge", "negative"):
            arguments = self.all_valid()
            for index in range(len(self.types)):
                if self.is_input_array(index):
                    arguments[index] = self.world.ffi.NULL
                elif index in numbers:
                    arguments[index] = self.number(index, how)
            if any(self.is_input_array(index) for index in range(len(self.types))):
                yield f"arrays NULL, numbers {how}", arguments
        for index in numbers:
            name = function.parameters[index][1]
            floating = self.types[index].cname in ("double", "float")
            if not floating and name not in CHOICES and (name not in BOUNDS or function.name in STRIDED):
                continue
            for how in ("huge", "negative") + (("nan", "infinite") if floating else ()):
                arguments = self.all_valid()
                arguments[index] = self.number(index, how)
                yield f"{name} {how}", arguments

    def check(self, arguments, zeros):
        """Calls; says what is wrong with what came back, or None."""
        world, function = self.world, self.function
        result = getattr(world.lib, function.name)(*self.pass_on(arguments))
        message = world.error()
        if function.is_status():
            if result > 0 or result < -12:
                return f"status {result}: {message}"
            if result < 0 and (message == "" or "\n" in message):
                return f"status {result} with the message {message!r}"
            if result == 0 and message != "":
                return f"OK with the message {message!r}"
            if zeros and result == 0:
                return "OK for nothing but NULL and zeros"
            if result < 0 and function.parameters[0][1] == "out" and self.is_place(0) and not zeros:
                out = world.ffi.cast("void **", arguments[0])
                if out != world.ffi.NULL and out[0] != world.ffi.NULL:
                    return f"status {result} ({message}), but out is not NULL"
        elif zeros and function.result != "void" and function.parameters and function.name not in ALWAYS_FINE:
            return self.check_nothing(result)
        return None

    def check_nothing(self, result):
        ffi = self.world.ffi
        if self.function.result == "const char *":
            takes_pointer = any(self.is_pointer(i) for i in range(len(self.types)))
            fine = not takes_pointer or result == ffi.NULL or ffi.string(result) == b""
        elif self.function.result.endswith("*"):
            fine = result == ffi.NULL
        else:
            fine = result == 0 or result != result
        return None if fine else f"gave {result} for NULL"


def work(skip):
    """Makes all calls but the first `skip`, and tells of each before and after."""
    world = World()
    world.make_all()
    done = 0
    with tempfile.TemporaryDirectory() as directory:
        for function in world.functions:
            if not world.has(function.name):
                continue
            calls = Calls(world, function, directory)
            zeros = [calls.zero(index) for index in range(len(calls.types))]
            for name, arguments in [("zeros", zeros), *calls.cases()]:
                done += 1
                if done <= skip:
                    continue
                print(json.dumps({"function": function.name, "case": name}), flush=True)
                print(json.dumps({"wrong": calls.check(arguments, name == "zeros")}), flush=True)


def run_all():
    """What every call came to: function -> case -> what is wrong, or None. A worker that dies is followed by another one."""
    results, skip = {}, 0
    while True:
        worker = subprocess.run([sys.executable, __file__, str(skip)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        lines = [json.loads(line) for line in worker.stdout.decode().splitlines()]
        for told, came in zip(lines[::2], lines[1::2] + [None]):
            wrong = came["wrong"] if came is not None else signal.Signals(-worker.returncode).name \
                if worker.returncode < 0 else worker.stderr.decode()
            results.setdefault(told["function"], {})[told["case"]] = wrong
            skip += 1
        if worker.returncode == 0:
            return results
        assert lines, worker.stderr.decode()
        assert len(lines) % 2 == 1, worker.stderr.decode()


def test_the_map_and_the_cdef_name_the_same_functions():
    cdef = Path(os.environ["RECS_CDEF"]).read_text()
    assert sorted(function.name for function in functions_of(cdef)) == sorted(exported())


def test_bad_arguments():
    world = World()
    results = run_all()
    missing = [name for name in exported() if not world.has(name)]
    print(f"{len(results)} functions, {sum(map(len, results.values()))} calls; not in the library: {missing}")
    assert missing == []
    assert set(results) == set(exported())
    wrong = {f"{function}({case})": what for function, cases in results.items() for case, what in cases.items() if what}
    assert wrong == {}


def test_each_function_meets_more_than_zeros():
    """Valid objects exist for every function whose constructors are there."""
    world = World()
    world.make_all()
    poor = []
    for function in world.functions:
        calls = Calls(world, function, "/nowhere") if world.has(function.name) else None
        if calls is not None and not function.is_free() and any(map(calls.is_pointer, range(len(calls.types)))):
            poor += [] if any(True for _ in calls.cases()) else [function.name]
    made = {kind for kind in world.handles}
    needed = {f"recs_{kind}" for kind in re.findall(r"void recs_(\w+)_free", world.cdef) if world.has(f"recs_{kind}_free")}
    print(f"no objects for {sorted(needed - made)}, so zeros only for {poor}")
    assert needed - made - {"recs_buffer"} == set()
    assert poor == []


if __name__ == "__main__":
    work(int(sys.argv[1]))
