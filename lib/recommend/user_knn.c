/* What users like this one have: score(i) = sum over the k users v nearest to the history who have i of sim(u, v) weight(v, i)
 * (Resnick et al. 1994; Herlocker et al. 1999). */
#include "lib/base/sort.h"
#include "lib/data/matrix.h"
#include "lib/recommend/kinds.h"
#include "lib/recommend/recency.h"
#include "lib/similarity/index.h"
#include "lib/similarity/kernel.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct user_knn {
  recs_scorer scorer;
  recs_matrix *users; /* users x items */
  recs_index *index;  /* over the same rows */
  recs__recency recency;
  double exponent; /* similarities are still to be divided by the asking user's squares to this power */
  uint32_t k;
  int normalize;
} user_knn;

static const recs__field fields[] = {
    RECS__F64(recs_user_knn_options, shrink, 0.0, 1e9, 0.0,
              "A similarity that rests on c common items is multiplied by c / (c + shrink)."),
    RECS__U32(recs_user_knn_options, k, 1, 65536, 50, "Neighbours asked for each request."),
    RECS__CHOICE(recs_user_knn_options, kernel, recs__kernel_choices, RECS__KERNEL_NAMES, RECS_KERNEL_COSINE,
                 "The similarity of two users by their items."),
    RECS__FLAG(recs_user_knn_options, normalize, 0, "Divide by the sum of the similarities that a score is made of."),
    RECS__RESERVED(recs_user_knn_options, reserved),
    RECS__F64(recs_user_knn_options, exponent_from, 0.0, 2.0, 0.5,
              "A similarity is divided by the sum of the user's own squared weights to this power."),
    RECS__F64(recs_user_knn_options, exponent_to, 0.0, 2.0, 0.5,
              "A similarity is divided by the sum of the neighbour's squared weights to this power."),
    RECS__F64(recs_user_knn_options, recency, 0.0, 1.0, 1.0, "What is left of an item's weight a step back in the history."),
    RECS__F64(recs_user_knn_options, half_life, 0.0, HUGE_VAL, 0.0,
              "An item this much older than the history's latest weighs half, in units of time; 0: no decay."),
};
static const recs_schema schema = RECS__SCHEMA("user-knn", recs_user_knn_options, fields);

static void destroy(void *object) {
  user_knn *self = object;
  recs_matrix_free(self->users);
  recs_index_free(self->index);
}

/* The sum of a row's squares. */
static double squares_of(const float *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (double)values[i] * (double)values[i];
  return sum;
}

static double norm_to(double squares, double exponent) {
  return squares > 0 ? pow(squares, -exponent) : 0;
}

/* The users with each row divided by a power of its squares: a dot product with such rows is a similarity but for what the asking
 * user adds. */
static int32_t divide_rows(recs_matrix **out, const recs_matrix *users, double exponent) {
  RECS_TRY(recs__matrix_new(out, recs__context_of(users), users->rows, users->columns, (uint64_t)users->offsets[users->rows]));
  for (uint32_t row = 0; row < users->rows; row++) {
    int64_t begin = users->offsets[row], end = users->offsets[row + 1];
    double factor = norm_to(squares_of(users->values + begin, (size_t)(end - begin)), exponent);
    for (int64_t e = begin; e < end; e++) {
      (*out)->indices[e] = users->indices[e];
      double value = (double)users->values[e] * factor;
      if (!(fabs(value) <= (double)FLT_MAX))
        return recs__fail(RECS_ERROR_NUMERIC, "the weights of user %" PRIu32 " are too small for exponent_to=%g", row, exponent);
      (*out)->values[e] = (float)value;
    }
    (*out)->offsets[row + 1] = end;
  }
  return RECS_OK;
}

static int32_t build_by_kernel(recs_index **out, const recs_matrix *users, int32_t name, double shrink) {
  recs_kernel *kernel;
  recs_kernel_options similarity;
  int32_t status;
  RECS_TRY(recs_kernel_options_init(&similarity, sizeof similarity));
  similarity.shrink = shrink;
  RECS_TRY(recs_kernel_create(&kernel, recs__context_of(users), name, &similarity));
  status = recs_index_create(out, kernel, users);
  recs_kernel_free(kernel);
  return status;
}

static int32_t build_index(user_knn *self, const recs_user_knn_options *chosen) {
  recs_matrix *divided;
  int32_t status;
  if (chosen->exponent_from == 0.5 && chosen->exponent_to == 0.5)
    return build_by_kernel(&self->index, self->users, chosen->kernel, chosen->shrink);
  if (chosen->kernel != RECS_KERNEL_COSINE)
    return recs__fail(RECS_ERROR_INVALID, "exponents go with kernel=cosine only");
  self->exponent = chosen->exponent_from;
  status = divide_rows(&divided, self->users, chosen->exponent_to);
  if (status == RECS_OK)
    status = build_by_kernel(&self->index, divided, RECS_KERNEL_DOT, chosen->shrink);
  recs_matrix_free(divided);
  return status;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  const recs_user_knn_options *chosen = options;
  const recs_matrix *users = training->matrix;
  user_knn *self = recs__scorer_new(recs__context_of(users), &recs__user_knn_kind, sizeof *self, users->columns, destroy);
  int32_t status;
  (void)settings;
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->users = recs__hold(users);
  self->k = chosen->k;
  self->normalize = chosen->normalize;
  self->recency = (recs__recency){chosen->recency, chosen->half_life};
  status = build_index(self, chosen);
  if (status == RECS_OK)
    status = recs__progress_at(progress, 1);
  return recs__scorer_finish(out, self, status);
}

/* The users nearest to a history, and the history as a row: columns ascending, repeats summed. */
typedef struct company {
  const recs_context *context;
  uint32_t *columns;
  float *values;
  size_t count;
  uint32_t *rows;
  float *scores;
  size_t found;
} company;

static void company_free(company *self) {
  recs__free(self->context, self->columns);
  recs__free(self->context, self->values);
  recs__free(self->context, self->rows);
  recs__free(self->context, self->scores);
}

static int32_t company_alloc(company *out, const recs_context *context, size_t history, size_t k) {
  memset(out, 0, sizeof *out);
  out->context = context;
  out->columns = recs__alloc(context, history, sizeof *out->columns);
  out->values = recs__alloc(context, history, sizeof *out->values);
  out->rows = recs__alloc(context, k, sizeof *out->rows);
  out->scores = recs__alloc(context, k, sizeof *out->scores);
  if (out->columns != NULL && out->values != NULL && out->rows != NULL && out->scores != NULL)
    return RECS_OK;
  company_free(out);
  return recs__fail_nomem();
}

/* A history's items ascend in `places`, each beside its place in the history. */
static void fill_row(company *self, const recs_history *history, const uint64_t *places) {
  for (size_t i = 0; i < history->count;) {
    uint32_t item = (uint32_t)(places[i] >> 32);
    double sum = 0;
    for (; i < history->count && (uint32_t)(places[i] >> 32) == item; i++)
      sum += recs__history_weight(history, (uint32_t)places[i]);
    self->columns[self->count] = item;
    self->values[self->count++] = (float)fmax(-(double)FLT_MAX, fmin((double)FLT_MAX, sum));
  }
}

static int32_t make_row(company *self, const recs_history *history) {
  uint64_t *places = recs__alloc(self->context, history->count, sizeof *places);
  if (places == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < history->count; i++)
    places[i] = (uint64_t)history->items[i] << 32 | (uint32_t)i;
  recs__sort_u64(places, history->count);
  fill_row(self, history, places);
  recs__free(self->context, places);
  return RECS_OK;
}

static void free_scratch(void *scratch) {
  const recs_index *index = ((recs__index_scratch *)scratch)->index;
  recs_context *context = recs__context_of(index);
  recs__index_scratch_free(scratch);
  recs__free(context, scratch);
}

/* The index's scratch, which stays with the board: it costs as much as the index has rows. */
static int32_t find_scratch(recs__index_scratch **out, const user_knn *self, size_t k, recs__board *board) {
  recs_context *context = self->scorer.object.context;
  int32_t status;
  *out = recs__board_scratch(board, &self->scorer);
  if (*out != NULL)
    return RECS_OK;
  *out = recs__alloc(context, 1, sizeof **out);
  if (*out == NULL)
    return recs__fail_nomem();
  status = recs__index_scratch_init(*out, self->index, k);
  if (status != RECS_OK) {
    recs__free(context, *out);
    return status;
  }
  recs__board_keep(board, &self->scorer, *out, free_scratch);
  return RECS_OK;
}

/* The history as a row, with what has faded. */
static int32_t make_faded_row(company *self, const user_knn *scorer, const recs_history *history) {
  recs__faded faded;
  int32_t status;
  RECS_TRY(recs__faded_init(&faded, self->context, &scorer->recency, history));
  status = make_row(self, &faded.history);
  recs__faded_free(&faded, self->context);
  return status;
}

static void divide_scores(company *self, double exponent) {
  double factor = norm_to(squares_of(self->values, self->count), exponent);
  for (size_t n = 0; n < self->found && exponent != 0; n++)
    self->scores[n] = (float)fmin((double)FLT_MAX, (double)self->scores[n] * factor);
}

static int32_t find_company(company *out, const user_knn *scorer, const recs_history *history, recs__board *board) {
  size_t k = scorer->k < scorer->users->rows ? scorer->k : scorer->users->rows;
  recs__index_scratch *scratch;
  recs__row query;
  int32_t status;
  RECS_TRY(company_alloc(out, scorer->scorer.object.context, history->count, k));
  if (history->count == 0 || k == 0)
    return RECS_OK;
  RECS_GO(make_faded_row(out, scorer, history));
  RECS_GO(find_scratch(&scratch, scorer, k, board));
  query = (recs__row){out->columns, out->values, out->count};
  RECS_GO(recs__index_top(out->rows, out->scores, &out->found, scratch, &query, history->user, k));
  while (out->found > 0 && !(out->scores[out->found - 1] > 0)) /* who is not alike is no neighbour */
    out->found -= 1;
  divide_scores(out, scorer->exponent);
cleanup:
  if (status != RECS_OK)
    company_free(out);
  return status;
}

static void add_neighbors(const user_knn *self, const company *near, recs__board *board, recs__board *sums) {
  for (size_t n = 0; n < near->found; n++) {
    const recs_matrix *users = self->users;
    size_t begin = (size_t)users->offsets[near->rows[n]], count = (size_t)users->offsets[near->rows[n] + 1] - begin;
    double similarity = (double)near->scores[n];
    recs__board_add_row(board, users->indices + begin, users->values + begin, count, similarity);
    for (size_t e = begin; e < begin + count && sums != NULL; e++)
      recs__board_add(sums, users->indices[e], fabs(similarity));
  }
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const user_knn *self = (const user_knn *)scorer;
  recs__board *sums = NULL;
  company near;
  if (self->normalize)
    RECS_TRY(recs__board_child(&sums, board));
  RECS_TRY(find_company(&near, self, history, board));
  add_neighbors(self, &near, board, sums);
  if (sums != NULL)
    recs__board_divide_by(board, sums);
  company_free(&near);
  return RECS_OK;
}

/* What a user has of an item; 0: nothing. */
static double weight_of(const recs_matrix *users, uint32_t user, uint32_t item) {
  int64_t low = users->offsets[user], high = users->offsets[user + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (users->indices[middle] < item)
      low = middle + 1;
    else
      high = middle;
  }
  return low < users->offsets[user + 1] && users->indices[low] == item ? (double)users->values[low] : 0;
}

/* A neighbour's share of the score is owed to the items that make it a neighbour: those that both have, by the product of their
 * weights. */
static int32_t share_out(const user_knn *self, const company *near, uint32_t neighbor, double amount, recs__reasons *out) {
  double common = 0;
  for (size_t i = 0; i < near->count; i++)
    common += fabs((double)near->values[i] * weight_of(self->users, neighbor, near->columns[i]));
  for (size_t i = 0; i < near->count && common > 0; i++) {
    double part = fabs((double)near->values[i] * weight_of(self->users, neighbor, near->columns[i]));
    if (part > 0)
      RECS_TRY(recs__reasons_add(out, RECS_REASON_ITEM, near->columns[i], NULL, amount * part / common));
  }
  return RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const user_knn *self = (const user_knn *)scorer;
  double divisor = 0;
  recs__board board = {.context = scorer->object.context}; /* for the scratch alone */
  company near;
  int32_t status = find_company(&near, self, history, &board);
  recs__board_free(&board);
  RECS_TRY(status);
  for (size_t n = 0; n < near.found && self->normalize; n++) {
    if (weight_of(self->users, near.rows[n], item) != 0)
      divisor += fabs((double)near.scores[n]);
  }
  if (divisor == 0)
    divisor = 1;
  for (size_t n = 0; n < near.found && status == RECS_OK; n++) {
    double amount = (double)near.scores[n] * weight_of(self->users, near.rows[n], item) / divisor;
    if (amount != 0)
      status = share_out(self, &near, near.rows[n], amount, out);
  }
  company_free(&near);
  return status;
}

static int32_t write_users(const recs_scorer *scorer, recs__writer *writer) {
  const user_knn *self = (const user_knn *)scorer;
  RECS_TRY(recs__write_u64(writer, "k", self->k));
  RECS_TRY(recs__write_u64(writer, "normalize", (uint64_t)self->normalize));
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__write_f64(writer, "exponent", self->exponent));
  RECS_SCOPED(writer, "users", recs__matrix_write(self->users, writer));
  RECS_SCOPED(writer, "index", recs__index_write(self->index, writer));
  return RECS_OK;
}

static int32_t read_parts(user_knn *self, recs__reader *reader) {
  uint64_t k, normalize;
  RECS_TRY(recs__read_u64(reader, "k", 1, 65536, &k));
  RECS_TRY(recs__read_u64(reader, "normalize", 0, 1, &normalize));
  RECS_TRY(recs__recency_read(&self->recency, reader));
  RECS_TRY(recs__read_f64(reader, "exponent", &self->exponent));
  if (!(self->exponent >= 0 && self->exponent <= 2))
    return recs__fail(RECS_ERROR_FORMAT, "an exponent of user-knn is %g", self->exponent);
  self->k = (uint32_t)k;
  self->normalize = (int)normalize;
  RECS_SCOPED(reader, "users", recs__matrix_read(&self->users, reader));
  RECS_SCOPED(reader, "index", recs__index_read(&self->index, reader));
  if (self->users->columns != self->scorer.items || recs_index_rows(self->index) != self->users->rows ||
      self->index->rows.columns != self->users->columns)
    return recs__fail(RECS_ERROR_FORMAT, "the users of user-knn do not fit its index or the catalogue");
  return RECS_OK;
}

static int32_t read_users(recs_scorer **out, recs__reader *reader, uint32_t items) {
  user_knn *self = recs__scorer_new(reader->context, &recs__user_knn_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  return recs__scorer_finish(out, self, read_parts(self, reader));
}

const recs__scorer_kind recs__user_knn_kind = {
    .name = "user-knn",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .reasons = reasons,
    .write = write_users,
    .read = read_users,
};
