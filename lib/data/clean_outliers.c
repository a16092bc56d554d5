/* What is far from usual, by robust scores of logarithms. */
#include "lib/data/cleaning.h"
#include "lib/data/day.h"
#include "lib/data/interactions.h"
#include "lib/data/quantile.h"

#include <math.h>

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
static usual learn(double *values, size_t count, double score) {
  double center = recs__quantile(values, count, 0.5), spread;
  size_t differing = 0;
  for (size_t i = 0; i < count; i++)
    values[i] = fabs(values[i] - center);
  spread = recs__quantile(values, count, 0.5);
  if (!(spread > 0)) {
    for (size_t i = 0; i < count; i++) {
      if (values[i] > 0)
        values[differing++] = values[i];
    }
    spread = recs__quantile(values, differing, 0.5);
  }
  return (usual){center, spread > 0 ? score * normal_spread * spread : INFINITY};
}

/* Learns from the logarithms of the positive values of a column among the events that are left. */
static int32_t learn_column(recs__cleaning *cleaning, double (*value_of)(const recs__event_view *view, size_t i),
                            double score) {
  double *values = recs__alloc(cleaning->context, cleaning->count, sizeof *values);
  size_t event = 0, found = 0;
  usual known;
  if (values == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    for (size_t i = 0; i < view->count; i++, event++) {
      double value = value_of(view, i);
      if (cleaning->dropped[event] == 0 && value > 0)
        values[found++] = log1p(value);
    }
  }
  known = learn(values, found, score);
  cleaning->low = expm1(known.center - known.reach);
  cleaning->high = expm1(known.center + known.reach);
  recs__free(cleaning->context, values);
  return RECS_OK;
}

int32_t recs__learn_quantities(recs__cleaning *cleaning) {
  return learn_column(cleaning, recs__quantity_of, cleaning->options.max_quantity_score);
}

int32_t recs__learn_prices(recs__cleaning *cleaning) {
  return learn_column(cleaning, recs__price_of, cleaning->options.max_price_score);
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
static void flag_fast(recs__cleaning *cleaning, const double *rates, double *values, uint32_t users) {
  size_t found = 0;
  usual known;
  for (uint32_t user = 0; user < users; user++) {
    if (!isnan(rates[user]))
      values[found++] = rates[user];
  }
  known = learn(values, found, cleaning->options.max_user_rate_score);
  for (uint32_t user = 0; user < users; user++)
    cleaning->flags[user] = rates[user] - known.center > known.reach;
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
  flag_fast(cleaning, rates, rates + users, users);
cleanup:
  recs__interactions_free(&sorted);
  recs__free(cleaning->context, offsets);
  recs__free(cleaning->context, rates);
  return status;
}
