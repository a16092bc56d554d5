/* How many users have and like an item, or how lately: the same for every history. */
#include "lib/data/histories.h"
#include "lib/data/matrix.h"
#include "lib/recommend/kinds.h"

#include <math.h>

typedef struct popularity {
  recs_scorer scorer;
  recs__object *backing; /* not NULL: the shares belong to it */
  double *shares;        /* by item; 0: nobody has it */
} popularity;

static const recs__field fields[] = {
    RECS__F64(recs_popularity_options, half_life, 0.0, HUGE_VAL, 0.0,
              "An event this much older than the latest one counts half, in units of time; 0: no decay."),
};
static const recs_schema schema = RECS__SCHEMA("popularity", recs_popularity_options, fields);

static void destroy(void *object) {
  popularity *self = object;
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
static int32_t count_decayed(double *shares, const recs_histories *histories, uint32_t items, double half_life) {
  int64_t oldest;
  if (histories == NULL || histories->latest == RECS_NO_TIME)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "popularity with a half-life needs events with times");
  oldest = histories->latest;
  for (int64_t e = 0; e < histories->offsets[histories->rows]; e++) {
    if (histories->times[e] != RECS_NO_TIME && histories->times[e] < oldest)
      oldest = histories->times[e];
  }
  for (int64_t e = 0; e < histories->offsets[histories->rows]; e++) {
    int64_t time = histories->times[e] == RECS_NO_TIME ? oldest : histories->times[e];
    if (histories->item_rows[e] < items && histories->weights[e] > 0)
      shares[histories->item_rows[e]] += exp2(((double)time - (double)histories->latest) / half_life);
  }
  return RECS_OK;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  const recs_popularity_options *chosen = options;
  const recs_matrix *matrix = training->matrix;
  recs_context *context = recs__context_of(matrix);
  popularity *self = recs__scorer_new(context, &recs__popularity_kind, sizeof *self, matrix->columns, destroy);
  int32_t status = RECS_OK;
  (void)settings;
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->shares = recs__alloc_zero(context, matrix->columns, sizeof *self->shares);
  if (self->shares == NULL)
    status = recs__fail_nomem();
  else if (chosen->half_life > 0)
    status = count_decayed(self->shares, training->histories, matrix->columns, chosen->half_life);
  else
    count_users(self->shares, matrix);
  if (status == RECS_OK)
    status = recs__progress_at(progress, 1);
  for (uint32_t item = 0; item < matrix->columns && matrix->rows > 0 && status == RECS_OK; item++)
    self->shares[item] /= (double)matrix->rows;
  return recs__scorer_finish(out, self, status);
}

static int32_t score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const popularity *self = (const popularity *)scorer;
  (void)history;
  for (uint32_t item = 0; item < scorer->items; item++) {
    if (self->shares[item] > 0)
      recs__board_add(board, item, self->shares[item]);
  }
  return RECS_OK;
}

static int32_t reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out) {
  const popularity *self = (const popularity *)scorer;
  (void)history;
  return recs__reasons_add(out, RECS_REASON_POPULARITY, RECS_NO_ROW, NULL, self->shares[item]);
}

static int32_t write_shares(const recs_scorer *scorer, recs__writer *writer) {
  const popularity *self = (const popularity *)scorer;
  return recs__write(writer, "shares", RECS__F64, self->shares, scorer->items);
}

static int32_t read_shares(recs_scorer **out, recs__reader *reader, uint32_t items) {
  popularity *self;
  const double *shares;
  RECS_TRY(recs__read_exact(reader, "shares", RECS__F64, &shares, items));
  for (uint32_t item = 0; item < items; item++) {
    if (!(shares[item] >= 0 && shares[item] < HUGE_VAL))
      return recs__fail(RECS_ERROR_FORMAT, "a share of popularity is %g", shares[item]);
  }
  self = recs__scorer_new(reader->context, &recs__popularity_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->backing = recs__hold(reader->backing);
  self->shares = (double *)(uintptr_t)shares;
  *out = &self->scorer;
  return RECS_OK;
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
