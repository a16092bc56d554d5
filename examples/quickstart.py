"""From a CSV file to ten recommendations for a user, in Python through cffi.

usage: quickstart.py LIBRECS.SO RECS.CDEF EVENTS.csv
"""
import sys
from cffi import FFI

library, cdef, path = sys.argv[1:]
ffi = FFI()
ffi.cdef(open(cdef).read())
recs = ffi.dlopen(library)


def make(kind, function, *arguments):
    """Calls a constructor; the handle is freed with its Python object."""
    out = ffi.new(f"{kind} **")
    if function(out, *arguments) != recs.RECS_OK:
        raise RuntimeError(ffi.string(recs.recs_last_error()).decode())
    return ffi.gc(out[0], getattr(recs, f"{kind}_free"))


context = make("recs_context", recs.recs_context_create, ffi.NULL)
users = make("recs_ids", recs.recs_ids_create, context)
items = make("recs_ids", recs.recs_ids_create, context)
events = make("recs_events", recs.recs_events_create, users, items)
if recs.recs_events_read_file(ffi.NULL, events, path.encode(), ffi.NULL, ffi.NULL, ffi.NULL) != recs.RECS_OK:
    raise RuntimeError(ffi.string(recs.recs_last_error()).decode())
model = make("recs_model", recs.recs_model_fit, events, ffi.NULL, ffi.NULL, ffi.NULL)

user, count = ffi.new("uint32_t *"), ffi.new("size_t *")
best, scores, name = ffi.new("uint32_t[10]"), ffi.new("double[10]"), ffi.new("char **")
recs.recs_ids_find(user, recs.recs_model_users(model), b"ada", 3)
recs.recs_model_recommend(best, scores, count, model, user[0], 10, ffi.NULL)
for i in range(count[0]):
    recs.recs_ids_name(name, ffi.NULL, recs.recs_model_items(model), best[i])
    print(f"{ffi.string(name[0]).decode():<12} {scores[i]:.4f}")
