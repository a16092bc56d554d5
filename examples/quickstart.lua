-- From a CSV file to ten recommendations for a user, in LuaJIT.
-- usage: luajit quickstart.lua LIBRECS.SO RECS.CDEF EVENTS.csv
local ffi = require "ffi"
local library, cdef, path = arg[1], arg[2], arg[3]
ffi.cdef(assert(io.open(cdef)):read "*a")
local recs = ffi.load(library)

local function check(status)
  if status ~= recs.RECS_OK then error(ffi.string(recs.recs_last_error()), 2) end
end

-- Calls a constructor; the handle is freed with its Lua object.
local function make(kind, constructor, ...)
  local out = ffi.new(kind .. "*[1]")
  check(constructor(out, ...))
  return ffi.gc(out[0], recs[kind .. "_free"])
end

local context = make("recs_context", recs.recs_context_create, nil)
local users = make("recs_ids", recs.recs_ids_create, context)
local items = make("recs_ids", recs.recs_ids_create, context)
local events = make("recs_events", recs.recs_events_create, users, items)
check(recs.recs_events_read_file(nil, events, path, nil, nil, nil))
local model = make("recs_model", recs.recs_model_fit, events, nil, nil, nil)

local user, count = ffi.new "uint32_t[1]", ffi.new "size_t[1]"
local best, scores, name = ffi.new "uint32_t[10]", ffi.new "double[10]", ffi.new "const char *[1]"
check(recs.recs_ids_find(user, recs.recs_model_users(model), "ada", 3))
check(recs.recs_model_recommend(best, scores, count, model, user[0], 10, nil))
for i = 0, tonumber(count[0]) - 1 do
  check(recs.recs_ids_name(name, nil, recs.recs_model_items(model), best[i]))
  print(string.format("%-12s %.4f", ffi.string(name[0]), scores[i]))
end
