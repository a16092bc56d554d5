/* Cosine between a profile and each item, in the space of the items' features. The profile is what the user did (the history's items, by
 * weight) and what the user's own profile says, each of unit length, by their declared weights (Pazzani and Billsus 2007). */
#include "lib/data/matrix.h"
#include "lib/recommend/by_vectors.h"
#include "lib/recommend/kinds.h"
#include "lib/recommend/recency.h"
#include "lib/recommend/space.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct content {
  recs_scorer scorer;
  recs__space space;
  recs_matrix *items;    /* items x features, rows of unit length */
  recs_matrix *users;    /* users x features likewise, or NULL */
  recs_matrix *postings; /* features x items: the items turned; or NULL, and there are vectors: */
  float *values;         /* the items once more, with their zeros */
  recs__vectors vectors;
  double history_weight;
  double profile_weight;
  recs__recency recency;
} content;

static const recs__choice text_kinds[] = {{"tfidf", RECS_TEXT_TFIDF}, {"bm25", RECS_TEXT_BM25}, {NULL, 0}};

static const recs__field fields[] = {
    RECS__STRING(recs_content_options, fields, NULL, "Fields and their weights, such as tags=1,title=0.5; not set: all, equal."),
    RECS__F64(recs_content_options, history_weight, 0.0, 1e9, 1.0, "Weight of what the user did."),
    RECS__F64(recs_content_options, profile_weight, 0.0, 1e9, 1.0, "Weight of what the user's profile says."),
    RECS__F64(recs_content_options, max_share, 1e-9, 1.0, 1.0, "Words in more than this share of the items' texts are left out."),
    RECS__FLAG(recs_content_options, idf, 1, "Rare tags weigh more, by ln((1 + n) / (1 + df)) + 1."),
    RECS__U32(recs_content_options, min_documents, 1, 1e9, 2, "Words in fewer items' texts are left out."),
    RECS__CHOICE(recs_content_options, text, text_kinds, "tfidf|bm25", RECS_TEXT_TFIDF, "How words are weighed."),
    RECS__RESERVED(recs_content_options, reserved),
    RECS__F64(recs_content_options, k1, 0.0, 1000.0, 1.2, "BM25: how much repeating a word adds."),
    RECS__F64(recs_content_options, b, 0.0, 1.0, 0.75, "BM25: how much a text's length counts."),
    RECS__F64(recs_content_options, recency, 0.0, 1.0, 1.0, "What is left of an item's weight one step back in the history; 1: all."),
    RECS__F64(recs_content_options, half_life, 0.0, HUGE_VAL, 0.0, "An item this much older than the history's latest weighs half; 0: no decay."),
};
static const recs_schema schema = RECS__SCHEMA("content", recs_content_options, fields);

static void destroy(void *object) {
  content *self = object;
  recs__space_free(&self->space);
  recs_matrix_free(self->items);
  recs_matrix_free(self->postings);
  recs_matrix_free(self->users);
  recs__vectors_free(&self->vectors);
  recs__free(self->scorer.object.context, self->values);
}

/* True when every row that has features has more than half of them all, as those of embeddings do. Any two then have one
 * in common: products of all with all find what the postings would. */
static int is_dense(const recs_matrix *rows) {
  for (uint32_t row = 0; row < rows->rows; row++) {
    int64_t count = rows->offsets[row + 1] - rows->offsets[row];
    if (count > 0 && 2 * count <= (int64_t)rows->columns)
      return 0;
  }
  return rows->columns > 0;
}

/* And not so many items without features that room for them all would be a waste. */
static int has_vectors(const content *self) {
  uint64_t values = (uint64_t)self->items->rows * self->items->columns;
  return recs_matrix_entries(self->items) > values / 4 && is_dense(self->items) &&
         (self->users == NULL || is_dense(self->users));
}

static int32_t make_vectors(content *self) {
  const recs_matrix *items = self->items;
  self->values = recs__alloc_zero(self->scorer.object.context, (size_t)items->rows * items->columns, sizeof *self->values);
  if (self->values == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < items->rows; row++) {
    for (int64_t e = items->offsets[row]; e < items->offsets[row + 1]; e++)
      self->values[(size_t)row * items->columns + items->indices[e]] = items->values[e];
  }
  return recs__vectors_init(&self->vectors, self->scorer.object.context, self->values, items->rows, items->columns, NULL,
                            NULL);
}

static int32_t fit_parts(content *self, const recs_training *training, const recs_content_options *chosen,
                         const recs__progress *progress) {
  self->history_weight = chosen->history_weight;
  self->profile_weight = chosen->profile_weight;
  self->recency = (recs__recency){chosen->recency, chosen->half_life};
  RECS_TRY(recs__space_build(&self->space, &self->items, &self->users, training, chosen));
  RECS_TRY(has_vectors(self) ? make_vectors(self) : recs_matrix_transpose(&self->postings, self->items));
  return recs__progress_at(progress, 1);
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  recs_context *context = recs__context_of(training->matrix);
  content *self;
  (void)settings;
  if (training->items == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "content needs the items' profiles");
  self = recs__scorer_new(context, &recs__content_kind, sizeof *self, training->matrix->columns, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->space.context = context;
  return recs__scorer_finish(out, self, fit_parts(self, training, options, progress));
}

static void add_row(recs__board *profile, const recs_matrix *rows, uint32_t row, double weight) {
  for (int64_t e = rows->offsets[row]; e < rows->offsets[row + 1]; e++)
    recs__board_add(profile, rows->indices[e], weight * (double)rows->values[e]);
}

static double length_of(const recs__board *profile) {
  double sum = 0;
  for (uint32_t i = 0; i < profile->count; i++)
    sum += profile->scores[profile->touched[i]] * profile->scores[profile->touched[i]];
  return sqrt(sum);
}

/* As vectors have it. */
static void round_to_floats(recs__board *profile) {
  for (uint32_t i = 0; i < profile->count; i++)
    profile->scores[profile->touched[i]] = (double)(float)profile->scores[profile->touched[i]];
}

/* What the history's items have, by their faded weights. */
static int32_t add_history(recs__board *profile, const content *self, const recs_history *history) {
  const recs_context *context = self->scorer.object.context;
  recs__faded faded;
  RECS_TRY(recs__faded_init(&faded, context, &self->recency, history));
  for (size_t h = 0; h < history->count; h++)
    add_row(profile, self->items, history->items[h], recs__history_weight(&faded.history, h));
  recs__faded_free(&faded, context);
  return RECS_OK;
}

/* The profile, of unit length unless nothing is known. */
static int32_t build_profile(recs__board *profile, const content *self, const recs_history *history) {
  double length;
  if (self->history_weight > 0)
    RECS_TRY(add_history(profile, self, history));
  length = length_of(profile);
  if (length > 0)
    recs__board_divide(profile, length / self->history_weight);
  if (self->users != NULL && history->user < self->users->rows)
    add_row(profile, self->users, history->user, self->profile_weight);
  length = length_of(profile);
  if (length > 0)
    recs__board_divide(profile, length);
  if (self->values != NULL)
    round_to_floats(profile);
  return RECS_OK;
}

static const recs__vectors *vectors(const recs_scorer *scorer) {
  const content *self = (const content *)scorer;
  return self->values == NULL ? NULL : &self->vectors;
}

static int32_t queries(float *out, uint8_t *known, const recs_scorer *scorer, const recs_history *histories,
                       size_t count) {
  const content *self = (const content *)scorer;
  recs__board profile;
  int32_t status = RECS_OK;
  RECS_TRY(recs__board_init(&profile, scorer->object.context, self->space.features));
  memset(out, 0, count * self->space.features * sizeof *out);
  for (size_t i = 0; i < count && status == RECS_OK; i++, out += self->space.features) {
    status = build_profile(&profile, self, &histories[i]);
    known[i] = profile.count > 0;
    for (uint32_t f = 0; f < profile.count; f++)
      out[profile.touched[f]] = (float)profile.scores[profile.touched[f]];
    recs__board_clear(&profile);
  }
  recs__board_free(&profile);
  return status;
}

/* Cosines with a profile: along the postings of its features. */
static void score_profile(recs__board *board, const content *self, const recs__board *profile) {
  for (uint32_t i = 0; i < profile->count; i++) {
    uint32_t feature = profile->touched[i];
    add_row(board, self->postings, feature, profile->scores[feature]);
  }
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const content *self = (const content *)scorer;
  recs__board *profile;
  if (self->values != NULL)
    return recs__score_by_vectors(scorer, history, board);
  RECS_TRY(recs__board_space(&profile, board, self->space.features));
  RECS_TRY(build_profile(profile, self, history));
  score_profile(board, self, profile);
  recs__board_clear(profile);
  return RECS_OK;
}

static int32_t similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  const content *self = (const content *)scorer;
  recs__board *profile;
  if (self->values != NULL && recs__vectors_known(&self->vectors, item))
    recs__board_add_products(board, &self->vectors, self->values + (size_t)item * self->space.features);
  if (self->values != NULL)
    return RECS_OK;
  RECS_TRY(recs__board_space(&profile, board, self->space.features));
  add_row(profile, self->items, item, 1);
  score_profile(board, self, profile);
  recs__board_clear(profile);
  return RECS_OK;
}

static int32_t add_reason(recs__reasons *out, const content *self, uint32_t feature, double amount) {
  const recs__block *block = recs__space_block(&self->space, feature);
  const char *label;
  if (block->labels == NULL)
    return recs__reasons_add(out, block->reason, block->field, NULL, amount);
  RECS_TRY(recs_ids_name(&label, NULL, block->labels, feature - block->first));
  return recs__reasons_add(out, block->reason, feature - block->first, label, amount);
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const content *self = (const content *)scorer;
  recs__board profile;
  int32_t status;
  RECS_TRY(recs__board_init(&profile, scorer->object.context, self->space.features));
  status = build_profile(&profile, self, history);
  for (int64_t e = self->items->offsets[item]; e < self->items->offsets[item + 1] && status == RECS_OK; e++) {
    uint32_t feature = self->items->indices[e];
    if (recs__board_scored(&profile, feature))
      status = add_reason(out, self, feature, profile.scores[feature] * (double)self->items->values[e]);
  }
  recs__board_free(&profile);
  return status;
}

static int32_t write_content(const recs_scorer *scorer, recs__writer *writer) {
  const content *self = (const content *)scorer;
  RECS_TRY(recs__write_f64(writer, "history_weight", self->history_weight));
  RECS_TRY(recs__write_f64(writer, "profile_weight", self->profile_weight));
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__space_write(&self->space, writer));
  RECS_SCOPED(writer, "items", recs__matrix_write(self->items, writer));
  if (self->postings != NULL)
    RECS_SCOPED(writer, "postings", recs__matrix_write(self->postings, writer));
  RECS_TRY(recs__write_u64(writer, "has_users", self->users != NULL));
  if (self->users != NULL)
    RECS_SCOPED(writer, "users", recs__matrix_write(self->users, writer));
  return RECS_OK;
}

static int32_t read_weight(recs__reader *reader, const char *name, double *out) {
  RECS_TRY(recs__read_f64(reader, name, out));
  if (!(*out >= 0 && *out <= 1e9))
    return recs__fail(RECS_ERROR_FORMAT, "%s is %g", name, *out);
  return RECS_OK;
}

/* A matrix of that many rows (RECS_NO_ROW: any) and columns. */
static int32_t read_matrix(recs_matrix **out, recs__reader *reader, const char *name, uint32_t rows, uint32_t columns) {
  RECS_SCOPED(reader, name, recs__matrix_read(out, reader));
  if ((rows != RECS_NO_ROW && (*out)->rows != rows) || (*out)->columns != columns)
    return recs__fail(RECS_ERROR_FORMAT, "%s has %" PRIu32 " rows and %" PRIu32 " columns", name, (*out)->rows,
                      (*out)->columns);
  return RECS_OK;
}

static int32_t read_parts(content *self, recs__reader *reader) {
  uint64_t has_users;
  RECS_TRY(read_weight(reader, "history_weight", &self->history_weight));
  RECS_TRY(read_weight(reader, "profile_weight", &self->profile_weight));
  RECS_TRY(recs__recency_read(&self->recency, reader));
  RECS_TRY(recs__space_read(&self->space, reader));
  RECS_TRY(read_matrix(&self->items, reader, "items", self->scorer.items, self->space.features));
  RECS_TRY(recs__read_u64(reader, "has_users", 0, 1, &has_users));
  if (has_users)
    RECS_TRY(read_matrix(&self->users, reader, "users", RECS_NO_ROW, self->space.features));
  if (has_vectors(self))
    return make_vectors(self);
  return read_matrix(&self->postings, reader, "postings", self->space.features, self->scorer.items);
}

static int32_t read_content(recs_scorer **out, recs__reader *reader, uint32_t items) {
  content *self = recs__scorer_new(reader->context, &recs__content_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->space.context = reader->context;
  return recs__scorer_finish(out, self, read_parts(self, reader));
}

const recs__scorer_kind recs__content_kind = {
    .name = "content",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .similar = similar,
    .reasons = reasons,
    .write = write_content,
    .read = read_content,
    .vectors = vectors,
    .queries = queries,
};
