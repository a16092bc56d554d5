/* Sessions like this one: VMIS-kNN (Kersbergen et al. 2022). The lists of the history's items, whose sessions ascend from the newest, are
 * merged, so that the newest sessions come first, each with all that it shares. */
#include "lib/recommend/kinds.h"
#include "lib/recommend/sessions.h"
#include "lib/similarity/topk.h"

#include <math.h>

enum { MOST_ITEMS = 256 };

typedef struct session_knn {
  recs_scorer scorer;
  recs__sessions sessions;
  uint32_t k;
  uint32_t m;
  uint32_t max_items;
  int32_t weighting; /* RECS_SESSION_* */
  int idf;
  double match_decay;
} session_knn;

static const recs__choice weightings[] = {
    {"equal", RECS_SESSION_EQUAL},         {"linear", RECS_SESSION_LINEAR},       {"quadratic", RECS_SESSION_QUADRATIC},
    {"harmonic", RECS_SESSION_HARMONIC}, {"geometric", RECS_SESSION_GEOMETRIC}, {NULL, 0},
};

static const recs__field fields[] = {
    RECS__U32(recs_session_knn_options, k, 1, 65536, 500, "Sessions that scores are made of."),
    RECS__U32(recs_session_knn_options, m, 1, 1000000, 2000,
              "The newest sessions that share an item with the history: what the k are chosen from."),
    RECS__U32(recs_session_knn_options, max_items, 1, MOST_ITEMS, 20, "Items of the history that count: the last ones."),
    RECS__CHOICE(recs_session_knn_options, weighting, weightings, "equal|linear|quadratic|harmonic|geometric", RECS_SESSION_HARMONIC,
                 "How the items of the history weigh by their place from its end."),
    RECS__F64(recs_session_knn_options, match_decay, 0.0, 1.0, 0.15,
              "What a session loses for each place between the end of the history and the last item that it shares."),
    RECS__F64(recs_session_knn_options, gap, 0.0, HUGE_VAL, 0.0,
              "Events of a user that are further apart, in units of time, are two sessions; 0: all are one."),
    RECS__FLAG(recs_session_knn_options, idf, 1, "Items that few sessions have score higher."),
    RECS__RESERVED(recs_session_knn_options, reserved),
};
static const recs_schema schema = RECS__SCHEMA("session-knn", recs_session_knn_options, fields);

static void destroy(void *object) {
  session_knn *self = object;
  recs__sessions_free(&self->sessions, self->scorer.object.context);
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  const recs_session_knn_options *chosen = options;
  uint32_t items = recs_matrix_columns(training->matrix);
  session_knn *self;
  int32_t status;
  (void)settings;
  if (training->histories == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "session-knn needs histories");
  self = recs__scorer_new(recs__context_of(training->matrix), &recs__session_knn_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->k = chosen->k;
  self->m = chosen->m;
  self->max_items = chosen->max_items;
  self->weighting = chosen->weighting;
  self->match_decay = chosen->match_decay;
  self->idf = chosen->idf;
  status = recs__sessions_init(&self->sessions, self->scorer.object.context, training->histories, items, chosen->gap, chosen->m);
  if (status == RECS_OK)
    status = recs__progress_at(progress, 1);
  return recs__scorer_finish(out, self, status);
}

/* The last items of a history that count, each once, the last first, with their weights. */
typedef struct query {
  uint32_t items[MOST_ITEMS];
  double weights[MOST_ITEMS];
  uint32_t count;
} query;

static int has_item(const query *asked, uint32_t item) {
  for (uint32_t i = 0; i < asked->count; i++) {
    if (asked->items[i] == item)
      return 1;
  }
  return 0;
}

static double weigh(int32_t weighting, uint32_t place, uint32_t count) {
  double linear = (double)(count - place) / count;
  switch (weighting) {
  case RECS_SESSION_LINEAR:
    return linear;
  case RECS_SESSION_QUADRATIC:
    return linear * linear;
  case RECS_SESSION_HARMONIC:
    return 1.0 / (place + 1.0);
  case RECS_SESSION_GEOMETRIC:
    return pow(0.7, place);
  default:
    return 1;
  }
}

static void make_query(query *out, const session_knn *self, const recs_history *history) {
  out->count = 0;
  for (size_t h = history->count; h-- > 0 && out->count < self->max_items;) {
    if (recs__history_weight(history, h) > 0 && !has_item(out, history->items[h]))
      out->items[out->count++] = history->items[h];
  }
  for (uint32_t i = 0; i < out->count; i++)
    out->weights[i] = weigh(self->weighting, i, out->count);
}

/* A session that shares something with the history. */
typedef struct candidate {
  uint32_t session;
  uint32_t first; /* the place, from the end of the history, of the last item that it shares; 0 is the end */
} candidate;

/* The sessions nearest to a history. */
typedef struct company {
  query asked;
  candidate *candidates; /* newest first */
  uint32_t *nearest;     /* of the candidates, nearest first */
  double *scores;        /* of the nearest: the weights of what they share */
  size_t count;          /* of the nearest */
} company;

static void company_free(company *self, const recs_context *context) {
  recs__free(context, self->candidates);
  recs__free(context, self->nearest);
  recs__free(context, self->scores);
}

/* The lists of the query's items, each at its next session: a heap of session << 32 | place in the query, the least first. */
typedef struct merge {
  const recs__sessions *sessions;
  uint64_t heap[MOST_ITEMS];
  int64_t next[MOST_ITEMS];
  int64_t end[MOST_ITEMS];
  const query *asked;
} merge;

static uint64_t next_key(merge *self, uint32_t place) {
  if (self->next[place] == self->end[place])
    return UINT64_MAX;
  return (uint64_t)self->sessions->lists[self->next[place]++] << 32 | place;
}

/* Returns how many sessions the lists hold. */
static size_t merge_begin(merge *self, const recs__sessions *sessions, const query *asked) {
  size_t all = 0;
  self->sessions = sessions;
  self->asked = asked;
  for (uint32_t i = 0; i < asked->count; i++) {
    self->next[i] = sessions->list_offsets[asked->items[i]];
    self->end[i] = sessions->list_offsets[asked->items[i] + 1];
    all += (size_t)(self->end[i] - self->next[i]);
    recs__keys_push(self->heap, i, next_key(self, i));
  }
  return all;
}

/* The next session, and the weight of what it shares; 0 at the end. */
static int merge_next(merge *self, candidate *out, double *weight) {
  uint64_t key = self->asked->count == 0 ? UINT64_MAX : self->heap[0];
  if (key == UINT64_MAX)
    return 0;
  *out = (candidate){(uint32_t)(key >> 32), (uint32_t)key};
  *weight = 0;
  while (self->heap[0] != UINT64_MAX && (uint32_t)(self->heap[0] >> 32) == out->session) {
    uint32_t place = (uint32_t)self->heap[0];
    *weight += self->asked->weights[place];
    recs__keys_replace(self->heap, self->asked->count, next_key(self, place));
  }
  return 1;
}

static int32_t find_company(company *out, const session_knn *self, const recs_history *history) {
  const recs_context *context = self->scorer.object.context;
  recs__top top = {.context = context};
  merge lists;
  candidate found;
  double weight;
  uint32_t count = 0;
  size_t most, k;
  int32_t status = RECS_OK;
  make_query(&out->asked, self, history);
  most = merge_begin(&lists, &self->sessions, &out->asked);
  most = most < self->m ? most : self->m;
  k = most < self->k ? most : self->k;
  out->candidates = recs__alloc(context, most, sizeof *out->candidates);
  out->nearest = recs__alloc(context, k, sizeof *out->nearest);
  out->scores = recs__alloc(context, k, sizeof *out->scores);
  if (out->candidates == NULL || out->nearest == NULL || out->scores == NULL)
    status = recs__fail_nomem();
  if (status == RECS_OK)
    status = recs__top_init(&top, context, k, most);
  if (status != RECS_OK) {
    company_free(out, context);
    return status;
  }
  for (size_t seen = 0; seen < most && merge_next(&lists, &found, &weight); seen++) {
    if (history->user != RECS_NO_ROW && self->sessions.owners[found.session] == history->user)
      continue;
    out->candidates[count] = found;
    recs__top_offer(&top, count++, weight);
  }
  out->count = recs__top_take(&top, out->nearest, out->scores);
  recs__top_free(&top);
  return RECS_OK;
}

/* What a session loses because its last common item stands back in the history; never below 0. */
static double match_weight(const session_knn *self, uint32_t first) {
  return fmax(0, 1 - self->match_decay * (first + 1.0));
}

static double item_weight(const session_knn *self, uint32_t item) {
  return self->idf ? self->sessions.idf[item] : 1;
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const session_knn *self = (const session_knn *)scorer;
  const recs__sessions *sessions = &self->sessions;
  company near;
  RECS_TRY(find_company(&near, self, history));
  for (size_t n = 0; n < near.count; n++) {
    const candidate *of = &near.candidates[near.nearest[n]];
    double weight = near.scores[n] * match_weight(self, of->first);
    for (int64_t m = sessions->offsets[of->session]; m < sessions->offsets[of->session + 1] && weight > 0; m++)
      recs__board_add(board, sessions->members[m], weight * item_weight(self, sessions->members[m]));
  }
  company_free(&near, scorer->object.context);
  return RECS_OK;
}

/* A session's share of the score is owed to what it shares with the history, by the weights there. */
static int32_t share_out(const session_knn *self, const company *near, uint32_t item, recs__reasons *out) {
  for (size_t n = 0; n < near->count; n++) {
    const candidate *of = &near->candidates[near->nearest[n]];
    double weight = match_weight(self, of->first) * item_weight(self, item);
    if (weight == 0 || !recs__sessions_has(&self->sessions, of->session, item))
      continue;
    for (uint32_t i = 0; i < near->asked.count; i++) {
      if (recs__sessions_has(&self->sessions, of->session, near->asked.items[i]))
        RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, near->asked.items[i], NULL, weight * near->asked.weights[i]));
    }
  }
  return RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const session_knn *self = (const session_knn *)scorer;
  company near;
  int32_t status;
  RECS_TRY(find_company(&near, self, history));
  status = share_out(self, &near, item, out);
  company_free(&near, scorer->object.context);
  return status;
}

static int32_t write_sessions(const recs_scorer *scorer, recs__writer *writer) {
  const session_knn *self = (const session_knn *)scorer;
  RECS_TRY(recs__write_u64(writer, "k", self->k));
  RECS_TRY(recs__write_u64(writer, "m", self->m));
  RECS_TRY(recs__write_u64(writer, "max_items", self->max_items));
  RECS_TRY(recs__write_u64(writer, "weighting", (uint64_t)self->weighting));
  RECS_TRY(recs__write_u64(writer, "idf_used", (uint64_t)self->idf));
  RECS_TRY(recs__write_f64(writer, "match_decay", self->match_decay));
  RECS_SCOPED(writer, "sessions", recs__sessions_write(&self->sessions, writer));
  return RECS_OK;
}

static int32_t read_parts(session_knn *self, recs__reader *reader) {
  uint64_t k, m, max_items, weighting, idf;
  RECS_TRY(recs__read_u64(reader, "k", 1, 65536, &k));
  RECS_TRY(recs__read_u64(reader, "m", 1, 1000000, &m));
  RECS_TRY(recs__read_u64(reader, "max_items", 1, MOST_ITEMS, &max_items));
  RECS_TRY(recs__read_u64(reader, "weighting", RECS_SESSION_EQUAL, RECS_SESSION_GEOMETRIC, &weighting));
  RECS_TRY(recs__read_u64(reader, "idf_used", 0, 1, &idf));
  RECS_TRY(recs__read_f64(reader, "match_decay", &self->match_decay));
  if (!(self->match_decay >= 0 && self->match_decay <= 1))
    return recs__fail(RECS_ERROR_FORMAT, "the match_decay of session-knn is %g", self->match_decay);
  self->k = (uint32_t)k;
  self->m = (uint32_t)m;
  self->max_items = (uint32_t)max_items;
  self->weighting = (int32_t)weighting;
  self->idf = (int)idf;
  RECS_SCOPED(reader, "sessions", recs__sessions_read(&self->sessions, reader, self->scorer.items));
  return RECS_OK;
}

static int32_t read_sessions(recs_scorer **out, recs__reader *reader, uint32_t items) {
  session_knn *self = recs__scorer_new(reader->context, &recs__session_knn_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  return recs__scorer_finish(out, self, read_parts(self, reader));
}

const recs__scorer_kind recs__session_knn_kind = {
    .name = "session-knn",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .reasons = reasons,
    .write = write_sessions,
    .read = read_sessions,
};
