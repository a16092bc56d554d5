/* What is far from usual: quantities and prices by three kinds of bounds, users by how fast they are. */
#include "lib/data/cleaning/cleaning.h"
#include "lib/data/day.h"
#include "lib/data/interactions.h"
#include "lib/data/features/quantile.h"

#include "lib/base/parallel.h"

#include <math.h>
#include <string.h>

/* Makes the median absolute deviation of normal values their standard deviation. */
static const double normal_spread = 1.4826;

/* What is usual, and how far from it is allowed. */
typedef struct usual {
  double center;
  double reach;
} usual;

/* Learns from values, which are overwritten. Where more than half of them are the same, their median absolute deviation
 * is 0 and says nothing: it is then taken of those that differ, so that of these at least half stay. No value differs:
 * the reach is infinite. */
static int32_t learn(usual *out, const recs_context *context, double *values, size_t count, double score) {
  double spread;
  size_t differing = 0;
  RECS_TRY(recs__quantile_parallel(&out->center, context, values, count, 0.5));
  for (size_t i = 0; i < count; i++)
    values[i] = fabs(values[i] - out->center);
  RECS_TRY(recs__quantile_parallel(&spread, context, values, count, 0.5));
  if (!(spread > 0)) {
    for (size_t i = 0; i < count; i++) {
      if (values[i] > 0)
        values[differing++] = values[i];
    }
    RECS_TRY(recs__quantile_parallel(&spread, context, values, differing, 0.5));
  }
  out->reach = spread > 0 ? score * normal_spread * spread : INFINITY;
  return RECS_OK;
}

/* How bounds are learned: sets cleaning->low and high from positive values, which it may overwrite. */
typedef int32_t (*bounds_fn)(recs__cleaning *cleaning, double *values, size_t count, double score);

static int32_t by_score(recs__cleaning *cleaning, double *values, size_t count, double score) {
  usual known;
  RECS_TRY(learn(&known, cleaning->context, values, count, score));
  cleaning->low = expm1(known.center - known.reach);
  cleaning->high = expm1(known.center + known.reach);
  return RECS_OK;
}

static int32_t by_quartiles(recs__cleaning *cleaning, double *values, size_t count, double score) {
  double first, third, reach;
  (void)score;
  RECS_TRY(recs__quantile_parallel(&first, cleaning->context, values, count, 0.25));
  RECS_TRY(recs__quantile_parallel(&third, cleaning->context, values, count, 0.75));
  reach = cleaning->options.iqr_factor * (third - first);
  cleaning->low = expm1(first - reach);
  cleaning->high = expm1(third + reach);
  return RECS_OK;
}

static int32_t by_quantiles(recs__cleaning *cleaning, double *values, size_t count, double score) {
  (void)score;
  RECS_TRY(recs__quantile_parallel(&cleaning->low, cleaning->context, values, count, cleaning->options.low_quantile));
  return recs__quantile_parallel(&cleaning->high, cleaning->context, values, count, cleaning->options.high_quantile);
}

/* By RECS_OUTLIERS_*. */
static const struct {
  int logs; /* looks at ln(1 + value) */
  bounds_fn find;
} ways[] = {[RECS_OUTLIERS_MAD] = {1, by_score}, [RECS_OUTLIERS_IQR] = {1, by_quartiles}, [RECS_OUTLIERS_QUANTILE] = {0, by_quantiles}};

static int32_t take_logs(void *payload, uint32_t thread, size_t begin, size_t end) {
  double *values = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++)
    values[i] = log1p(values[i]);
  return RECS_OK;
}

/* Learns from the positive values of a column among the events that are left. */
static int32_t learn_column(recs__cleaning *cleaning, recs__clean_value_fn value_of, int32_t way, double score) {
  double *values;
  size_t count;
  int32_t status = recs__cleaning_values(&values, &count, cleaning, value_of);
  if (status == RECS_OK && ways[way].logs)
    status = recs__parallel(cleaning->context, count, RECS__CHUNK, take_logs, values, NULL);
  if (status == RECS_OK)
    status = ways[way].find(cleaning, values, count, score);
  recs__free(cleaning->context, values);
  return status;
}

int32_t recs__learn_quantities(recs__cleaning *cleaning) {
  return learn_column(cleaning, recs__quantity_of, cleaning->options.quantity_outliers, cleaning->options.max_quantity_score);
}

int32_t recs__learn_prices(recs__cleaning *cleaning) {
  return learn_column(cleaning, recs__price_of, cleaning->options.price_outliers, cleaning->options.max_price_score);
}

static int clip(const recs__cleaning *cleaning, double value, void *out) {
  double bound = value < cleaning->low ? cleaning->low : cleaning->high;
  memcpy(out, &bound, sizeof bound);
  return value > 0 && (value < cleaning->low || value > cleaning->high);
}

static int clip_quantity(const recs__cleaning *cleaning, const recs__event_view *view, size_t i, void *value, void *payload) {
  (void)payload;
  return clip(cleaning, recs__quantity_of(view, i), value);
}

static int clip_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i, void *value, void *payload) {
  (void)payload;
  return clip(cleaning, recs__price_of(view, i), value);
}

int32_t recs__clip_quantities(recs__cleaning *cleaning) {
  RECS_TRY(recs__learn_quantities(cleaning));
  return recs__cleaning_change(cleaning, RECS__QUANTITIES, clip_quantity, NULL);
}

int32_t recs__clip_prices(recs__cleaning *cleaning) {
  RECS_TRY(recs__learn_prices(cleaning));
  return recs__cleaning_change(cleaning, RECS__PRICES, clip_price, NULL);
}

/* The events that are left and that have a user and a time, each user's in order of time. */
static int32_t sort_users_times(recs__interactions *out, const recs__cleaning *cleaning, int64_t *offsets) {
  size_t event = 0;
  RECS_TRY(recs__interactions_new(out, cleaning->context, recs_ids_count(recs_events_users(cleaning->events)), 0,
                                  cleaning->count));
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    for (size_t i = 0; i < view->count; i++, event++) {
      int64_t time = recs__time_of(view, i);
      if (cleaning->dropped[event] == 0 && view->users[i] != RECS_NO_ROW && time != RECS_NO_TIME)
        out->list[out->count++] = (recs__interaction){.row = view->users[i], .time = time};
    }
  }
  recs__interactions_sort_rows(out, offsets);
  recs__interactions_sort_times(out, offsets);
  return RECS_OK;
}

/* The logarithm of events per active day; NaN for a user without events. */
static double rate_of(const recs__interaction *events, size_t count) {
  size_t days = count > 0;
  for (size_t i = 1; i < count; i++)
    days += recs__day_of(events[i].time) != recs__day_of(events[i - 1].time);
  return days == 0 ? (double)NAN : log((double)count / (double)days);
}

/* Flags users whose rate is beyond the reach; slow ones are no bots. `rates` is by user, `values` scratch of the same
 * size. */
static int32_t flag_fast(recs__cleaning *cleaning, const double *rates, double *values, uint32_t users) {
  size_t found = 0;
  usual known;
  for (uint32_t user = 0; user < users; user++) {
    if (!isnan(rates[user]))
      values[found++] = rates[user];
  }
  RECS_TRY(learn(&known, cleaning->context, values, found, cleaning->options.max_user_rate_score));
  for (uint32_t user = 0; user < users; user++)
    cleaning->flags[user] = rates[user] - known.center > known.reach;
  return RECS_OK;
}

int32_t recs__learn_user_rates(recs__cleaning *cleaning) {
  uint32_t users = recs_ids_count(recs_events_users(cleaning->events));
  recs__interactions sorted = {.context = cleaning->context};
  int64_t *offsets = NULL;
  double *rates = NULL;
  int32_t status = RECS_ERROR_NOMEM;
  if (recs_events_time_kind(cleaning->events) == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED,
                      "max_user_rate_score needs clock times; this log's times are only an order");
  offsets = recs__alloc(cleaning->context, (size_t)users + 1, sizeof *offsets);
  rates = recs__alloc(cleaning->context, users, 2 * sizeof *rates);
  cleaning->flags = recs__alloc(cleaning->context, users, sizeof *cleaning->flags);
  if (offsets == NULL || rates == NULL || cleaning->flags == NULL) {
    recs__fail_nomem();
    goto cleanup;
  }
  RECS_GO(sort_users_times(&sorted, cleaning, offsets));
  for (uint32_t user = 0; user < users; user++)
    rates[user] = rate_of(sorted.list + offsets[user], (size_t)(offsets[user + 1] - offsets[user]));
  status = flag_fast(cleaning, rates, rates + users, users);
cleanup:
  recs__interactions_free(&sorted);
  recs__free(cleaning->context, offsets);
  recs__free(cleaning->context, rates);
  return status;
}
