/* Factors of users and items by alternating least squares (Hu, Koren and Volinsky 2008; Rendle et al. 2021). Only the items' are kept:
 * a user's are solved for from the history. */
#include "lib/recommend/als/als.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/recommend/als/als_fit.h"
#include "lib/recommend/by_vectors.h"
#include "lib/recommend/kinds.h"

static const recs__field fields[] = {
    RECS__F64(recs_als_options, alpha, 0.0, 1e6, 1.0, "Confidence of a weight of 1 beyond that of an empty cell."),
    RECS__F64(recs_als_options, unobserved, 1e-9, 1e6, 16.0, "Confidence of an empty cell."),
    RECS__F64(recs_als_options, regularization, 1e-9, 1e6, 0.01, "Weight of the factors' squared lengths."),
    RECS__F64(recs_als_options, exponent, 0.0, 1.0, 1.0, "How far the ridge grows with what a row has."),
    RECS__F64(recs_als_options, tolerance, 0.0, 1.0, 0.0, "Stop when an iteration takes off less of the loss; 0: never."),
    RECS__U64(recs_als_options, seed, 0, 9007199254740992, 1, "Seed of the items' first factors."),
    RECS__U32(recs_als_options, factors, 1, 1024, 128, "Factors of each user and item."),
    RECS__U32(recs_als_options, iterations, 1, 1000, 10, "Iterations, at most."),
    RECS__U32(recs_als_options, block, 16, 1024, 128, "Factors solved for at a time in long rows."),
    RECS__FLAG(recs_als_options, by_density, 1, "The confidence of an empty cell is times the share of cells that are not."),
    RECS__F64(recs_als_options, recency, 0.0, 1.0, 1.0, "What each step back leaves of the weight of a history's item."),
    RECS__F64(recs_als_options, half_life, 0.0, HUGE_VAL, 0.0,
              "An item this much older than the history's latest weighs half, in units of time; 0: no decay."),
};
static const recs_schema schema = RECS__SCHEMA("als", recs_als_options, fields);

static void destroy(void *object) {
  recs__als *self = object;
  recs__free(self->scorer.object.context, self->block);
  recs__vectors_free(&self->vectors);
  recs__release(self->backing);
}

/* Makes ready to be asked. */
static int32_t pack(recs__als *self) {
  return recs__vectors_init(&self->vectors, self->scorer.object.context, self->factors, self->scorer.items, self->width,
                            NULL, NULL);
}

/* More factors than users or items find nothing more: a best solution has no higher rank. */
static void cap_factors(recs_als_options *options, const recs_matrix *matrix) {
  uint32_t users = recs_matrix_rows(matrix), items = recs_matrix_columns(matrix), most = users < items ? users : items;
  if (options->factors > most)
    options->factors = most > 0 ? most : 1;
}

/* Makes the confidence of empty cells what the rest of the work takes it for. */
static void scale_by_density(recs_als_options *options, const recs_matrix *matrix) {
  double cells = (double)recs_matrix_rows(matrix) * (double)recs_matrix_columns(matrix);
  if (cells > 0)
    options->unobserved = fmax(1e-9, options->unobserved * (double)recs_matrix_entries(matrix) / cells);
  options->by_density = 0;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  recs_context *context = recs__context_of(training->matrix);
  recs_als_options chosen = *(const recs_als_options *)options;
  recs__als_fitted fitted;
  recs__als *self;
  (void)settings;
  if (chosen.by_density)
    scale_by_density(&chosen, training->matrix);
  cap_factors(&chosen, training->matrix);
  RECS_TRY(recs__als_run(&fitted, training->matrix, &chosen, progress));
  self = recs__scorer_new(context, &recs__als_kind, sizeof *self, recs_matrix_columns(training->matrix), destroy);
  if (self == NULL) {
    recs__free(context, fitted.block);
    return RECS_ERROR_NOMEM;
  }
  self->block = fitted.block;
  self->factors = fitted.factors;
  self->spectrum = fitted.spectrum;
  self->loss = fitted.loss;
  self->options = chosen;
  self->recency = (recs__recency){chosen.recency, chosen.half_life};
  self->width = recs__als_width(self->options.factors);
  return recs__scorer_finish(out, self, pack(self));
}

static const recs__vectors *vectors(const recs_scorer *scorer) {
  return &((const recs__als *)scorer)->vectors;
}

static int is_zero(const float *values, uint32_t width) {
  for (uint32_t k = 0; k < width; k++) {
    if (values[k] != 0)
      return 0;
  }
  return 1;
}

static int32_t queries(float *out, uint8_t *known, const recs_scorer *scorer, const recs_history *histories, size_t count) {
  const recs__als *self = (const recs__als *)scorer;
  recs__als_request request;
  int32_t status;
  RECS_TRY(recs__als_request_open(&request, self, histories, count));
  status = recs__als_fold_in(out, &request, self, histories, count);
  for (size_t i = 0; i < count && status == RECS_OK; i++)
    known[i] = !is_zero(out + i * self->width, self->width);
  recs__als_request_close(&request);
  return status;
}

/* The cosine of the items' factors. */
static int32_t similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  const recs__vectors *items = vectors(scorer);
  const float *factors = items->values + (size_t)item * items->dimension;
  double length = sqrt(recs__vectors_dot(items, factors, item));
  for (uint32_t other = 0; other < items->rows && recs__vectors_known(items, item); other++) {
    const float *others = items->values + (size_t)other * items->dimension;
    if (other != item && recs__vectors_known(items, other))
      recs__board_add(board, other, recs__vectors_dot(items, factors, other) /
                                        (length * sqrt(recs__vectors_dot(items, others, other))));
  }
  return RECS_OK;
}

/* amounts(j) = c p y(j)' z for each entry of the row, z being the user's inverse applied to the item's factors, as in Hu et al.
 * section 5. What rounding keeps from the score is spread over the amounts by their size. */
static void find_amounts(double *amounts, const recs__als *self, recs__als_request *request, uint32_t item) {
  const recs__als_row *row = &request->row;
  double rest = recs__vectors_dot(&self->vectors, row->out, item), size = 0;
  float *z = row->out; /* the user's factors are not needed any more */
  recs__als_solve_for(z, &request->problem, row, self->factors + (size_t)item * self->width, &request->scratch);
  for (size_t j = 0; j < row->count; j++) {
    amounts[j] = (double)recs__als_pull(&request->problem, row->weights[j]) *
                 recs__vectors_dot(&self->vectors, z, row->ids[j]);
    rest -= amounts[j];
    size += fabs(amounts[j]);
  }
  for (size_t j = 0; j < row->count && size > 0; j++)
    amounts[j] += rest * fabs(amounts[j]) / size;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const recs__als *self = (const recs__als *)scorer;
  const recs_context *context = scorer->object.context;
  recs__als_request request;
  float *user = recs__alloc(context, self->width, sizeof *user);
  double *amounts = recs__alloc(context, history->count, sizeof *amounts);
  int32_t status = user == NULL || amounts == NULL ? recs__fail_nomem() : RECS_OK;
  if (status == RECS_OK)
    status = recs__als_request_open(&request, self, history, 1);
  if (status == RECS_OK) {
    status = recs__als_fold_in(user, &request, self, history, 1);
    if (status == RECS_OK)
      find_amounts(amounts, self, &request, item);
    for (size_t j = 0; j < request.row.count && status == RECS_OK; j++)
      status = recs__reasons_add(out, RECS_REASON_ITEM, request.row.ids[j], NULL, amounts[j]);
    recs__als_request_close(&request);
  }
  recs__free(context, amounts);
  recs__free(context, user);
  return status;
}

/* The numbers by which a user is solved for, and within which bounds a file may have them. */
static const struct {
  const char *name;
  size_t offset;
} numbers[] = {
    {"alpha", offsetof(recs_als_options, alpha)},
    {"unobserved", offsetof(recs_als_options, unobserved)},
    {"regularization", offsetof(recs_als_options, regularization)},
    {"exponent", offsetof(recs_als_options, exponent)},
};

enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static int32_t write_factors(const recs_scorer *scorer, recs__writer *writer) {
  const recs__als *self = (const recs__als *)scorer;
  for (size_t i = 0; i < NUMBERS; i++) {
    double value;
    memcpy(&value, (const char *)&self->options + numbers[i].offset, sizeof value);
    RECS_TRY(recs__write_f64(writer, numbers[i].name, value));
  }
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__write_f64(writer, "loss", self->loss));
  RECS_TRY(recs__write_u64(writer, "factor_count", self->options.factors));
  RECS_TRY(recs__write(writer, "spectrum", RECS__F32, self->spectrum, self->width));
  return recs__write(writer, "factors", RECS__F32, self->factors, (uint64_t)scorer->items * self->width);
}

static int32_t read_options(recs__als *self, recs__reader *reader) {
  recs_als_options options;
  uint64_t factors;
  RECS_TRY(recs_als_options_init(&options, sizeof options));
  options.by_density = 0;
  for (size_t i = 0; i < NUMBERS; i++) {
    double value;
    RECS_TRY(recs__read_f64(reader, numbers[i].name, &value));
    memcpy((char *)&options + numbers[i].offset, &value, sizeof value);
  }
  RECS_TRY(recs__recency_read(&self->recency, reader));
  RECS_TRY(recs__read_f64(reader, "loss", &self->loss));
  RECS_TRY(recs__read_u64(reader, "factor_count", 1, 1024, &factors));
  options.factors = (uint32_t)factors;
  self->width = recs__als_width(options.factors);
  if (recs__options_load(&self->options, &schema, &options) != RECS_OK)
    return recs__fail(RECS_ERROR_FORMAT, "the options of als in the file are out of bounds");
  return RECS_OK;
}

/* Finite, and not below `least`. */
static int32_t check_floats(const char *name, const float *values, uint64_t count, float least) {
  for (uint64_t i = 0; i < count; i++) {
    if (!(values[i] >= least && values[i] <= FLT_MAX))
      return recs__fail(RECS_ERROR_FORMAT, "value %" PRIu64 " of %s is %g", i, name, (double)values[i]);
  }
  return RECS_OK;
}

static int32_t read_arrays(recs__als *self, recs__reader *reader) {
  uint64_t values;
  RECS_TRY(read_options(self, reader));
  values = (uint64_t)self->scorer.items * self->width;
  RECS_TRY(recs__read_exact(reader, "spectrum", RECS__F32, &self->spectrum, self->width));
  RECS_TRY(recs__read_exact(reader, "factors", RECS__F32, &self->factors, values));
  RECS_TRY(check_floats("spectrum", self->spectrum, self->width, 0));
  RECS_TRY(check_floats("factors", self->factors, values, -FLT_MAX));
  self->backing = recs__hold(reader->backing);
  return pack(self);
}

static int32_t read_factors(recs_scorer **out, recs__reader *reader, uint32_t items) {
  recs__als *self = recs__scorer_new(reader->context, &recs__als_kind, sizeof *self, items, destroy);
  return self == NULL ? RECS_ERROR_NOMEM : recs__scorer_finish(out, self, read_arrays(self, reader));
}

/* The scorer as an "als", or INVALID. */
static int32_t as_als(const recs__als **out, const recs_scorer *scorer) {
  *out = NULL;
  RECS_NOT_NULL(scorer);
  if (scorer->kind != &recs__als_kind)
    return recs__fail(RECS_ERROR_INVALID, "the scorer is %s, not als", scorer->kind->name);
  *out = (const recs__als *)scorer;
  return RECS_OK;
}

int32_t recs_als_loss(double *out, const recs_scorer *scorer) {
  const recs__als *self;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_TRY(as_als(&self, scorer));
  *out = self->loss;
  return RECS_OK;
}

int32_t recs_als_items(const float **out, uint32_t *out_width, const recs_scorer *scorer) {
  const recs__als *self;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(out_width);
  *out_width = 0;
  RECS_TRY(as_als(&self, scorer));
  *out = self->factors;
  *out_width = self->width;
  return RECS_OK;
}

int32_t recs_als_user(float *out, const recs_scorer *scorer, const recs_history *history) {
  const recs__als *self;
  recs_history asked;
  uint8_t known;
  recs__enter();
  RECS_NOT_NULL(out);
  RECS_TRY(as_als(&self, scorer));
  RECS_TRY(recs__history_load(&asked, history, scorer->items));
  return queries(out, &known, scorer, &asked, 1);
}

const recs__scorer_kind recs__als_kind = {
    .name = "als",
    .schema = &schema,
    .fit = fit,
    .score = recs__score_by_vectors,
    .similar = similar,
    .reasons = reasons,
    .write = write_factors,
    .read = read_factors,
    .vectors = vectors,
    .queries = queries,
};
