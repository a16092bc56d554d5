"""librecs through its shared object and recs.cdef alone, as any Python program may load it: for witnesses and benchmarks.

RECS_LIBRARY and RECS_CDEF name the two files (meson test and script/bench set them).
"""
import os

import cffi
import numpy as np

NO_ROW = 0xFFFFFFFF
NO_TIME = -(2**63)


class Recs:
    """The library, and the few shorthands that tests need."""

    def __init__(self):
        self.ffi = cffi.FFI()
        with open(os.environ["RECS_CDEF"]) as cdef:
            self.ffi.cdef(cdef.read())
        self.lib = self.ffi.dlopen(os.environ["RECS_LIBRARY"])
        self.contexts = {}

    def ok(self, status):
        assert status == 0, self.error()

    def error(self):
        return self.ffi.string(self.lib.recs_last_error()).decode()

    def context(self, threads=0, cpu_mask=0xFFFFFFFF):
        """A context that lives as long as the test session."""
        key = (threads, cpu_mask)
        if key not in self.contexts:
            options = self.options("context", threads=threads, cpu_mask=cpu_mask)
            self.contexts[key] = self.make("recs_context", self.lib.recs_context_create, options)
        return self.contexts[key]

    def options(self, name, **values):
        """recs_<name>_options with some fields set."""
        options = self.ffi.new(f"recs_{name}_options *")
        self.ok(getattr(self.lib, f"recs_{name}_options_init")(options, self.ffi.sizeof(options[0])))
        for field, value in values.items():
            setattr(options, field, value)
        return options

    def make(self, kind, function, *arguments):
        """Calls a constructor; the handle is freed with its Python object."""
        out = self.ffi.new(f"{kind} **")
        self.ok(function(out, *arguments))
        return self.ffi.gc(out[0], getattr(self.lib, f"{kind}_free"))

    def array(self, ctype, values):
        """A numpy array as a C pointer of that element type (NULL for None); keep `values` alive."""
        if values is None:
            return self.ffi.NULL
        return self.ffi.cast(f"{ctype} *", self.ffi.from_buffer(np.ascontiguousarray(values)))

    def view(self, pointer, count, dtype):
        """Borrowed memory as a numpy copy."""
        dtype = np.dtype(dtype)
        if count == 0:
            return np.empty(0, dtype)
        return np.frombuffer(self.ffi.buffer(pointer, count * dtype.itemsize), dtype).copy()

    def matrix(self, csr, threads=0, cpu_mask=0xFFFFFFFF):
        """A scipy CSR matrix as a recs_matrix."""
        offsets = csr.indptr.astype(np.int64)
        indices = csr.indices.astype(np.uint32)
        values = csr.data.astype(np.float32)
        return self.make("recs_matrix", self.lib.recs_matrix_create, self.context(threads, cpu_mask), csr.shape[0],
                         csr.shape[1], self.array("int64_t", offsets), self.array("uint32_t", indices),
                         self.array("float", values))
