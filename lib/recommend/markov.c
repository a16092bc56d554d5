/* What comes next: transitions from the last items of a history, longer contexts smoothed by shorter ones as in a hierarchical Dirichlet
 * language model (MacKay and Peto 1995). */
#include "lib/recommend/markov.h"

#include "lib/recommend/kinds.h"
#include "lib/recommend/recency.h"

#include <math.h>

typedef struct markov {
  recs_scorer scorer;
  recs__object *backing; /* not NULL: the levels' arrays belong to it */
  recs__recency recency;
  double smoothing;
  uint32_t order; /* levels */
  recs__markov_level levels[RECS__MARKOV_LONGEST];
} markov;

static const recs__field fields[] = {
    RECS__U32(recs_markov_options, order, 1, RECS__MARKOV_LONGEST, 2, "Items that a context has at most."),
    RECS__U32(recs_markov_options, k, 1, 65536, 200, "Items kept of those that followed a context."),
    RECS__U32(recs_markov_options, window, 1, 65536, 20, "An item follows a context when it is at most this many events behind it."),
    RECS__U32(recs_markov_options, min_count, 1, UINT32_MAX, 2,
              "Contexts of two items and more that occur fewer times are left out."),
    RECS__F64(recs_markov_options, distance, 0.0, 16.0, 0.8, "An item d events behind a context counts d^-distance."),
    RECS__F64(recs_markov_options, smoothing, 0.0, 1e9, 20.0,
              "Weight of what the shorter context says, in events; 0: the longest known context alone."),
    RECS__F64(recs_markov_options, recency, 0.0, 1.0, 0.6,
              "What is left of the weight of what followed an item that stands a step further back; 0: only the end of the history counts."),
    RECS__F64(recs_markov_options, half_life, 0.0, HUGE_VAL, 0.0,
              "An item this much older than the history's latest weighs half, in units of time; 0: no decay."),
};
static const recs_schema schema = RECS__SCHEMA("markov", recs_markov_options, fields);

static void destroy(void *object) {
  markov *self = object;
  if (self->backing != NULL) {
    recs__release(self->backing);
    return;
  }
  for (uint32_t l = 0; l < self->order; l++)
    recs__markov_level_free(&self->levels[l], self->scorer.object.context);
}

static int32_t count_levels(markov *self, const recs_histories *histories, const recs_markov_options *chosen,
                            const recs__progress *progress) {
  recs_context *context = self->scorer.object.context;
  uint32_t *ends = recs__alloc(context, (size_t)histories->offsets[histories->rows], sizeof *ends);
  int32_t status = ends == NULL ? recs__fail_nomem() : RECS_OK;
  for (uint32_t length = 1; length <= chosen->order && status == RECS_OK; length++) {
    recs__progress part = recs__progress_part(progress, (length - 1.0) / chosen->order, (double)length / chosen->order);
    self->order = length;
    status = recs__markov_count(&self->levels[length - 1], length, ends, context, histories, self->scorer.items, chosen, &part);
  }
  recs__free(context, ends);
  return status;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  const recs_markov_options *chosen = options;
  markov *self;
  (void)settings;
  if (training->histories == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "markov needs histories");
  self = recs__scorer_new(recs__context_of(training->matrix), &recs__markov_kind, sizeof *self,
                          recs_matrix_columns(training->matrix), destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->recency = (recs__recency){chosen->recency, chosen->half_life};
  self->smoothing = chosen->smoothing;
  return recs__scorer_finish(out, self, count_levels(self, training->histories, chosen, progress));
}

/* A context that ends at a place of a history, and what its counts are multiplied by. */
typedef struct share {
  uint32_t context;
  double factor;
} share;

/* The contexts of lengths 1, 2, ... that end at a place, as far as they are known; returns how many. With n the counts of a context,
 * N their sum and m the smoothing, P(i | context) = (n(i) + m P(i | shorter context)) / (N + m), and P without a context is 0. */
static uint32_t find_shares(share *out, const markov *self, const uint32_t *items, size_t place, double weight) {
  uint32_t length = 1;
  out[0].context = items[place];
  for (; length < self->order && length <= place; length++) {
    out[length].context = recs__markov_find(&self->levels[length],
                                            recs__markov_key(out[length - 1].context, items[place - length]));
    if (out[length].context == RECS_NO_ROW)
      break;
  }
  for (uint32_t l = length; l-- > 0;) {
    double all = self->levels[l].totals[out[l].context] + self->smoothing;
    out[l].factor = all > 0 ? weight / all : 0;
    weight = all > 0 ? weight * self->smoothing / all : weight;
  }
  return length;
}

static void add_share(const markov *self, uint32_t l, const share *of, recs__board *board) {
  const recs__markov_level *level = &self->levels[l];
  for (int64_t e = level->offsets[of->context]; e < level->offsets[of->context + 1] && of->factor != 0; e++)
    recs__board_add(board, level->nexts[e], of->factor * (double)level->weights[e]);
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const markov *self = (const markov *)scorer;
  recs__faded faded;
  share shares[RECS__MARKOV_LONGEST];
  RECS_TRY(recs__faded_init(&faded, scorer->object.context, &self->recency, history));
  for (size_t place = 0; place < history->count; place++) {
    double weight = recs__history_weight(&faded.history, place);
    uint32_t count = weight == 0 ? 0 : find_shares(shares, self, history->items, place, weight);
    for (uint32_t l = 0; l < count; l++)
      add_share(self, l, &shares[l], board);
  }
  recs__faded_free(&faded, scorer->object.context);
  return RECS_OK;
}

static int32_t similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  const markov *self = (const markov *)scorer;
  share alone;
  find_shares(&alone, self, &item, 0, 1);
  add_share(self, 0, &alone, board);
  return RECS_OK;
}

static double weight_of(const recs__markov_level *level, uint32_t context, uint32_t item) {
  for (int64_t e = level->offsets[context]; e < level->offsets[context + 1]; e++) {
    if (level->nexts[e] == item)
      return (double)level->weights[e];
  }
  return 0;
}

/* What a context says is owed to its items alike. */
static int32_t share_out(const markov *self, const recs_history *history, uint32_t item, recs__reasons *out) {
  share shares[RECS__MARKOV_LONGEST];
  for (size_t place = 0; place < history->count; place++) {
    uint32_t count = find_shares(shares, self, history->items, place, recs__history_weight(history, place));
    for (uint32_t l = 0; l < count; l++) {
      double amount = shares[l].factor * weight_of(&self->levels[l], shares[l].context, item) / (l + 1);
      for (uint32_t back = 0; back <= l && amount != 0; back++)
        RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, history->items[place - back], NULL, amount));
    }
  }
  return RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const markov *self = (const markov *)scorer;
  recs__faded faded;
  int32_t status;
  RECS_TRY(recs__faded_init(&faded, scorer->object.context, &self->recency, history));
  status = share_out(self, &faded.history, item, out);
  recs__faded_free(&faded, scorer->object.context);
  return status;
}

static int32_t write_level(const recs__markov_level *level, recs__writer *writer) {
  uint64_t entries = (uint64_t)level->offsets[level->contexts];
  RECS_TRY(recs__write_u64(writer, "contexts", level->contexts));
  if (level->keys != NULL)
    RECS_TRY(recs__write(writer, "keys", RECS__U64, level->keys, level->contexts));
  RECS_TRY(recs__write(writer, "totals", RECS__F64, level->totals, level->contexts));
  RECS_TRY(recs__write(writer, "offsets", RECS__I64, level->offsets, (uint64_t)level->contexts + 1));
  RECS_TRY(recs__write(writer, "nexts", RECS__U32, level->nexts, entries));
  return recs__write(writer, "weights", RECS__F32, level->weights, entries);
}

static void name_level(char name[2], uint32_t l) {
  name[0] = (char)('1' + l);
  name[1] = 0;
}

static int32_t write_levels(const recs_scorer *scorer, recs__writer *writer) {
  const markov *self = (const markov *)scorer;
  char name[2];
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__write_f64(writer, "smoothing", self->smoothing));
  RECS_TRY(recs__write_u64(writer, "order", self->order));
  for (uint32_t l = 0; l < self->order; l++) {
    name_level(name, l);
    RECS_SCOPED(writer, name, write_level(&self->levels[l], writer));
  }
  return RECS_OK;
}

static int32_t check_level(const markov *self, uint32_t l, uint64_t entries) {
  const recs__markov_level *level = &self->levels[l];
  int fine = 1;
  for (uint32_t c = 0; c < level->contexts && l > 0; c++)
    fine &= (level->keys[c] >> 32) < self->levels[l - 1].contexts && (uint32_t)level->keys[c] < self->scorer.items &&
            (c == 0 || level->keys[c - 1] < level->keys[c]);
  for (uint32_t c = 0; c < level->contexts; c++)
    fine &= level->totals[c] >= 0 && level->totals[c] < HUGE_VAL;
  for (uint64_t e = 0; e < entries; e++)
    fine &= level->weights[e] > 0 && level->weights[e] < HUGE_VALF;
  if (!fine)
    return recs__fail(RECS_ERROR_FORMAT, "the contexts of %u items are damaged", l + 1);
  RECS_TRY(recs__check_offsets("what follows a context", level->offsets, level->contexts, entries));
  return recs__check_below("what follows a context", level->nexts, entries, self->scorer.items);
}

static int32_t read_level(markov *self, uint32_t l, recs__reader *reader) {
  recs__markov_level *level = &self->levels[l];
  const void *nexts;
  uint64_t contexts, entries;
  RECS_TRY(recs__read_u64(reader, "contexts", l == 0 ? self->scorer.items : 0, l == 0 ? self->scorer.items : RECS_NO_ROW - 1,
                          &contexts));
  level->contexts = (uint32_t)contexts;
  if (l > 0)
    RECS_TRY(recs__read_exact(reader, "keys", RECS__U64, &level->keys, contexts));
  RECS_TRY(recs__read_exact(reader, "totals", RECS__F64, &level->totals, contexts));
  RECS_TRY(recs__read_exact(reader, "offsets", RECS__I64, &level->offsets, contexts + 1));
  RECS_TRY(recs__read(reader, "nexts", RECS__U32, &nexts, &entries));
  RECS_TRY(recs__read_exact(reader, "nexts", RECS__U32, &level->nexts, entries));
  RECS_TRY(recs__read_exact(reader, "weights", RECS__F32, &level->weights, entries));
  return check_level(self, l, entries);
}

static int32_t read_parts(markov *self, recs__reader *reader) {
  uint64_t order;
  char name[2];
  RECS_TRY(recs__recency_read(&self->recency, reader));
  RECS_TRY(recs__read_f64(reader, "smoothing", &self->smoothing));
  if (!(self->smoothing >= 0 && self->smoothing < HUGE_VAL))
    return recs__fail(RECS_ERROR_FORMAT, "the smoothing of markov is %g", self->smoothing);
  RECS_TRY(recs__read_u64(reader, "order", 1, RECS__MARKOV_LONGEST, &order));
  for (uint32_t l = 0; l < order; l++) {
    name_level(name, l);
    self->order = l + 1;
    RECS_SCOPED(reader, name, read_level(self, l, reader));
  }
  return RECS_OK;
}

static int32_t read_levels(recs_scorer **out, recs__reader *reader, uint32_t items) {
  markov *self = recs__scorer_new(reader->context, &recs__markov_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->backing = recs__hold(reader->backing);
  return recs__scorer_finish(out, self, read_parts(self, reader));
}

const recs__scorer_kind recs__markov_kind = {
    .name = "markov",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .similar = similar,
    .reasons = reasons,
    .write = write_levels,
    .read = read_levels,
};
