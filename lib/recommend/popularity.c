/* How many users have and like an item, or how lately: the same for every history, or within the categories of each. */
#include "lib/data/histories.h"
#include "lib/data/matrix.h"
#include "lib/recommend/categories.h"
#include "lib/recommend/kinds.h"
#include "lib/recommend/recency.h"

#include <math.h>

typedef struct popularity {
  recs_scorer scorer;
  recs__object *backing; /* not NULL: the shares belong to it */
  double *shares;        /* by item; 0: nobody has it */
  recs__categories categories;
  recs__recency recency; /* of the history, for its categories */
} popularity;

static const recs__field fields[] = {
    RECS__F64(recs_popularity_options, half_life, 0.0, HUGE_VAL, 0.0,
              "An event this much older than the latest one counts half, in units of time; 0: no decay."),
    RECS__F64(recs_popularity_options, max_age, 0.0, HUGE_VAL, 0.0,
              "Events this much older than the latest one, or more, do not count, in units of time; 0: all count."),
    RECS__STRING(recs_popularity_options, field, NULL, "Tags of the items, within which popularity is measured; not set: overall."),
    RECS__F64(recs_popularity_options, recency, 0.0, 1.0, 0.6,
              "With a field: what is left of the weight of an item a step back in the history."),
};
static const recs_schema schema = RECS__SCHEMA("popularity", recs_popularity_options, fields);

static void destroy(void *object) {
  popularity *self = object;
  recs__categories_free(&self->categories, self->scorer.object.context);
  if (self->backing != NULL)
    recs__release(self->backing);
  else
    recs__free(self->scorer.object.context, self->shares);
}

static void count_users(double *shares, const recs_matrix *matrix) {
  for (int64_t e = 0; e < matrix->offsets[matrix->rows]; e++)
    shares[matrix->indices[e]] += matrix->values[e] > 0;
}

/* Events without a time are as old as the oldest. */
static int32_t count_recent(double *shares, const recs_histories *histories, uint32_t items, const recs_popularity_options *chosen) {
  int64_t oldest;
  if (histories == NULL || histories->latest == RECS_NO_TIME)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "popularity with a half-life or a max_age needs events with times");
  oldest = histories->latest;
  for (int64_t e = 0; e < histories->offsets[histories->rows]; e++) {
    if (histories->times[e] != RECS_NO_TIME && histories->times[e] < oldest)
      oldest = histories->times[e];
  }
  for (int64_t e = 0; e < histories->offsets[histories->rows]; e++) {
    int64_t time = histories->times[e] == RECS_NO_TIME ? oldest : histories->times[e];
    double age = (double)histories->latest - (double)time;
    if (histories->item_rows[e] < items && histories->weights[e] > 0 &&
        (chosen->max_age == 0 || age < chosen->max_age))
      shares[histories->item_rows[e]] += chosen->half_life > 0 ? exp2(-age / chosen->half_life) : 1;
  }
  return RECS_OK;
}

static int32_t count(popularity *self, const recs_training *training, const recs_popularity_options *chosen) {
  const recs_matrix *matrix = training->matrix;
  self->shares = recs__alloc_zero(self->scorer.object.context, matrix->columns, sizeof *self->shares);
  if (self->shares == NULL)
    return recs__fail_nomem();
  if (chosen->half_life > 0 || chosen->max_age > 0)
    RECS_TRY(count_recent(self->shares, training->histories, matrix->columns, chosen));
  else
    count_users(self->shares, matrix);
  for (uint32_t item = 0; item < matrix->columns && matrix->rows > 0; item++)
    self->shares[item] /= (double)matrix->rows;
  return RECS_OK;
}

static int32_t categorize(popularity *self, const recs_training *training, const recs_popularity_options *chosen) {
  if (chosen->field == NULL || chosen->field[0] == 0)
    return RECS_OK;
  if (training->items == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "popularity within a field needs item profiles");
  self->recency.step = chosen->recency;
  return recs__categories_init(&self->categories, self->scorer.object.context, training->items, chosen->field, self->shares,
                               self->scorer.items);
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  popularity *self = recs__scorer_new(recs__context_of(training->matrix), &recs__popularity_kind, sizeof *self,
                                      training->matrix->columns, destroy);
  int32_t status;
  (void)settings;
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  status = count(self, training, options);
  if (status == RECS_OK)
    status = categorize(self, training, options);
  if (status == RECS_OK)
    status = recs__progress_at(progress, 1);
  return recs__scorer_finish(out, self, status);
}

/* The categories of a history; none without a field, or where no item has one. */
static int32_t find_interest(recs__interest *out, const popularity *self, const recs_history *history) {
  const recs_context *context = self->scorer.object.context;
  recs__faded faded;
  int32_t status;
  *out = (recs__interest){0};
  if (self->categories.labels == NULL)
    return RECS_OK;
  RECS_TRY(recs__faded_init(&faded, context, &self->recency, history));
  status = recs__interest_init(out, context, &self->categories, &faded.history);
  recs__faded_free(&faded, context);
  return status;
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const popularity *self = (const popularity *)scorer;
  recs__interest interest;
  RECS_TRY(find_interest(&interest, self, history));
  for (uint32_t item = 0; item < scorer->items && interest.count == 0; item++) {
    if (self->shares[item] > 0)
      recs__board_add(board, item, self->shares[item]);
  }
  recs__categories_score(&self->categories, &interest, board);
  recs__interest_free(&interest, scorer->object.context);
  return RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const popularity *self = (const popularity *)scorer;
  recs__interest interest;
  int32_t status;
  RECS_TRY(find_interest(&interest, self, history));
  if (interest.count == 0)
    status = recs__reasons_add(out, RECS_REASON_POPULARITY, RECS_NO_ROW, NULL, self->shares[item]);
  else
    status = recs__categories_reasons(&self->categories, &interest, item, out);
  recs__interest_free(&interest, scorer->object.context);
  return status;
}

static int32_t write_shares(const recs_scorer *scorer, recs__writer *writer) {
  const popularity *self = (const popularity *)scorer;
  int by_category = self->categories.labels != NULL;
  RECS_TRY(recs__write(writer, "shares", RECS__F64, self->shares, scorer->items));
  RECS_TRY(recs__recency_write(&self->recency, writer));
  RECS_TRY(recs__write_u64(writer, "by_category", (uint64_t)by_category));
  if (by_category)
    RECS_SCOPED(writer, "categories", recs__categories_write(&self->categories, writer));
  return RECS_OK;
}

static int32_t read_parts(popularity *self, recs__reader *reader) {
  uint64_t by_category;
  RECS_TRY(recs__read_exact(reader, "shares", RECS__F64, &self->shares, self->scorer.items));
  for (uint32_t item = 0; item < self->scorer.items; item++) {
    if (!(self->shares[item] >= 0 && self->shares[item] < HUGE_VAL))
      return recs__fail(RECS_ERROR_FORMAT, "a share of popularity is %g", self->shares[item]);
  }
  RECS_TRY(recs__recency_read(&self->recency, reader));
  RECS_TRY(recs__read_u64(reader, "by_category", 0, 1, &by_category));
  if (by_category)
    RECS_SCOPED(reader, "categories", recs__categories_read(&self->categories, reader, self->scorer.items));
  return RECS_OK;
}

static int32_t read_shares(recs_scorer **out, recs__reader *reader, uint32_t items) {
  popularity *self = recs__scorer_new(reader->context, &recs__popularity_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->backing = recs__hold(reader->backing);
  return recs__scorer_finish(out, self, read_parts(self, reader));
}

const recs__scorer_kind recs__popularity_kind = {
    .name = "popularity",
    .schema = &schema,
    .fit = fit,
    .score = score,
    .reasons = reasons,
    .write = write_shares,
    .read = read_shares,
};
