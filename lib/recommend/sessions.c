#include "lib/recommend/sessions.h"

#include "lib/base/sort.h"

#include <math.h>
#include <string.h>

/* A stretch of a row, as found. */
typedef struct span {
  int64_t last_time;
  int64_t begin; /* among the members that were gathered */
  uint32_t count;
  uint32_t owner;
} span;

typedef struct gathering {
  const recs_context *context;
  uint32_t *members; /* room for every event */
  span *spans;
  size_t count;
  size_t capacity;
} gathering;

/* Newest first, then as they were found. */
static int by_age(const void *first, const void *second) {
  const span *a = first, *b = second;
  if (a->last_time != b->last_time)
    return a->last_time > b->last_time ? -1 : 1;
  return a->begin < b->begin ? -1 : 1; /* spans are not empty */
}

static int by_number(const void *first, const void *second) {
  uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;
  return (a > b) - (a < b);
}

/* Sorts a session's members and leaves each once; returns how many. */
static uint32_t tidy(uint32_t *members, size_t count) {
  uint32_t kept = 0;
  recs__sort(members, count, sizeof *members, by_number);
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || members[kept - 1] != members[i])
      members[kept++] = members[i];
  }
  return kept;
}

static int starts_anew(const recs_histories *histories, int64_t e, double gap) {
  int64_t time = histories->times[e], before = histories->times[e - 1];
  return gap > 0 && time != RECS_NO_TIME && before != RECS_NO_TIME && (double)time - (double)before > gap;
}

/* One session: events from `first` up to before `last`. */
static int32_t gather(gathering *self, const recs_histories *histories, uint32_t items, uint32_t row, int64_t first, int64_t last) {
  int64_t begin = self->count == 0 ? 0 : self->spans[self->count - 1].begin + self->spans[self->count - 1].count;
  size_t found = 0;
  for (int64_t e = first; e < last; e++) {
    if (histories->item_rows[e] < items && histories->weights[e] > 0)
      self->members[(size_t)begin + found++] = histories->item_rows[e];
  }
  found = tidy(self->members + begin, found);
  if (found < 2)
    return RECS_OK;
  RECS_TRY(recs__grow(self->context, &self->spans, &self->capacity, self->count + 1, sizeof *self->spans));
  self->spans[self->count++] = (span){histories->times[last - 1], begin, (uint32_t)found, row};
  return RECS_OK;
}

static int32_t gather_all(gathering *self, const recs_histories *histories, uint32_t items, double gap) {
  self->members = recs__alloc(self->context, (size_t)histories->offsets[histories->rows], sizeof *self->members);
  if (self->members == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < histories->rows; row++) {
    int64_t first = histories->offsets[row], end = histories->offsets[row + 1];
    for (int64_t e = first + 1; e <= end; e++) {
      if (e < end && !starts_anew(histories, e, gap))
        continue;
      RECS_TRY(gather(self, histories, items, row, first, e));
      first = e;
    }
  }
  if (self->count >= RECS_NO_ROW)
    return recs__fail(RECS_ERROR_OVERFLOW, "the histories hold %zu sessions", self->count);
  recs__sort(self->spans, self->count, sizeof *self->spans, by_age);
  return RECS_OK;
}

static int32_t lay_out(recs__sessions *out, const recs_context *context, const gathering *found) {
  int64_t total = 0;
  for (size_t s = 0; s < found->count; s++)
    total += found->spans[s].count;
  out->count = (uint32_t)found->count;
  out->offsets = recs__alloc(context, found->count + 1, sizeof *out->offsets);
  out->owners = recs__alloc(context, found->count, sizeof *out->owners);
  out->members = recs__alloc(context, (size_t)total, sizeof *out->members);
  if (out->offsets == NULL || out->owners == NULL || out->members == NULL)
    return recs__fail_nomem();
  out->offsets[0] = 0;
  for (size_t s = 0; s < found->count; s++) {
    const span *from = &found->spans[s];
    memcpy(out->members + out->offsets[s], found->members + from->begin, from->count * sizeof *out->members);
    out->offsets[s + 1] = out->offsets[s] + from->count;
    out->owners[s] = from->owner;
  }
  return RECS_OK;
}

/* The newest sessions of each item. `counts` holds how many have it. */
static int32_t list_sessions(recs__sessions *out, const recs_context *context, const uint32_t *counts, uint32_t newest) {
  int64_t *ends;
  out->list_offsets[0] = 0;
  for (uint32_t item = 0; item < out->items; item++)
    out->list_offsets[item + 1] = out->list_offsets[item] + (counts[item] < newest ? counts[item] : newest);
  out->lists = recs__alloc(context, (size_t)out->list_offsets[out->items], sizeof *out->lists);
  ends = recs__copy(context, out->list_offsets, (size_t)out->items + 1, sizeof *ends);
  if (out->lists != NULL && ends != NULL) {
    for (uint32_t s = 0; s < out->count; s++) {
      for (int64_t m = out->offsets[s]; m < out->offsets[s + 1]; m++) {
        uint32_t item = out->members[m];
        if (ends[item] < out->list_offsets[item + 1])
          out->lists[ends[item]++] = s;
      }
    }
  }
  recs__free(context, ends);
  return out->lists == NULL || ends == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t index_items(recs__sessions *out, const recs_context *context, uint32_t newest) {
  uint32_t *counts = recs__alloc_zero(context, out->items, sizeof *counts);
  int32_t status;
  out->idf = recs__alloc(context, out->items, sizeof *out->idf);
  out->list_offsets = recs__alloc(context, (size_t)out->items + 1, sizeof *out->list_offsets);
  if (counts == NULL || out->idf == NULL || out->list_offsets == NULL) {
    recs__free(context, counts);
    return recs__fail_nomem();
  }
  for (int64_t m = 0; m < out->offsets[out->count]; m++)
    counts[out->members[m]] += 1;
  for (uint32_t item = 0; item < out->items; item++)
    out->idf[item] = counts[item] == 0 ? 0 : log((double)out->count / (double)counts[item]);
  status = list_sessions(out, context, counts, newest);
  recs__free(context, counts);
  return status;
}

int32_t recs__sessions_init(recs__sessions *out, const recs_context *context, const recs_histories *histories, uint32_t items,
                            double gap, uint32_t newest) {
  gathering found = {.context = context};
  int32_t status;
  memset(out, 0, sizeof *out);
  out->items = items;
  RECS_GO(gather_all(&found, histories, items, gap));
  RECS_GO(lay_out(out, context, &found));
  RECS_GO(index_items(out, context, newest));
cleanup:
  recs__free(context, found.members);
  recs__free(context, found.spans);
  return status;
}

void recs__sessions_free(recs__sessions *sessions, const recs_context *context) {
  if (sessions->backing != NULL) {
    recs__release(sessions->backing);
    return;
  }
  recs__free(context, sessions->offsets);
  recs__free(context, sessions->members);
  recs__free(context, sessions->owners);
  recs__free(context, sessions->idf);
  recs__free(context, sessions->list_offsets);
  recs__free(context, sessions->lists);
}

int recs__sessions_has(const recs__sessions *sessions, uint32_t session, uint32_t item) {
  int64_t low = sessions->offsets[session], high = sessions->offsets[session + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (sessions->members[middle] == item)
      return 1;
    if (sessions->members[middle] < item)
      low = middle + 1;
    else
      high = middle;
  }
  return 0;
}

int32_t recs__sessions_write(const recs__sessions *sessions, recs__writer *writer) {
  RECS_TRY(recs__write_u64(writer, "count", sessions->count));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, sessions->offsets, (uint64_t)sessions->count + 1));
  RECS_TRY(recs__write(writer, "members", RECS__U32, sessions->members, (uint64_t)sessions->offsets[sessions->count]));
  RECS_TRY(recs__write(writer, "owners", RECS__U32, sessions->owners, sessions->count));
  RECS_TRY(recs__write(writer, "idf", RECS__F64, sessions->idf, sessions->items));
  RECS_TRY(recs__write(writer, "list_offsets", RECS__I64, sessions->list_offsets, (uint64_t)sessions->items + 1));
  return recs__write(writer, "lists", RECS__U32, sessions->lists, (uint64_t)sessions->list_offsets[sessions->items]);
}

/* Rows of numbers below `bound` that ascend within each row. */
static int32_t check_rows(const char *name, const int64_t *offsets, uint64_t rows, const uint32_t *values, uint64_t count,
                          uint32_t bound) {
  RECS_TRY(recs__check_offsets(name, offsets, rows, count));
  RECS_TRY(recs__check_below(name, values, count, bound));
  for (uint64_t row = 0; row < rows; row++) {
    for (int64_t i = offsets[row] + 1; i < offsets[row + 1]; i++) {
      if (values[i - 1] >= values[i])
        return recs__fail(RECS_ERROR_FORMAT, "%s do not ascend: %u, %u", name, values[i - 1], values[i]);
    }
  }
  return RECS_OK;
}

int32_t recs__sessions_read(recs__sessions *out, recs__reader *reader, uint32_t items) {
  const void *found;
  uint64_t count, entries;
  memset(out, 0, sizeof *out);
  out->backing = recs__hold(reader->backing);
  out->items = items;
  RECS_TRY(recs__read_u64(reader, "count", 0, RECS_NO_ROW - 1, &count));
  out->count = (uint32_t)count;
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &out->offsets, count + 1));
  RECS_TRY(recs__read(reader, "members", RECS__U32, &found, &entries));
  RECS_TRY(recs__read_exact(reader, "members", RECS__U32, &out->members, entries));
  RECS_TRY(check_rows("the items of a session", out->offsets, count, out->members, entries, items));
  RECS_TRY(recs__read_exact(reader, "owners", RECS__U32, &out->owners, count));
  RECS_TRY(recs__read_exact(reader, "idf", RECS__F64, &out->idf, items));
  RECS_TRY(recs__read_exact(reader, "list_offsets", RECS__I64, &out->list_offsets, (uint64_t)items + 1));
  RECS_TRY(recs__read(reader, "lists", RECS__U32, &found, &entries));
  RECS_TRY(recs__read_exact(reader, "lists", RECS__U32, &out->lists, entries));
  RECS_TRY(check_rows("the sessions of an item", out->list_offsets, items, out->lists, entries, out->count));
  for (uint32_t item = 0; item < items; item++) {
    if (!(out->idf[item] >= 0 && out->idf[item] < HUGE_VAL))
      return recs__fail(RECS_ERROR_FORMAT, "the idf of item %u is %g", item, out->idf[item]);
  }
  return RECS_OK;
}
