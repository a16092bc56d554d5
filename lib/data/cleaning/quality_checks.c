/* What may be wrong with a log. A check is a rule of cleaning that is applied to the whole log, counted, and taken back. */
#include "lib/data/cleaning/quality.h"
#include "lib/data/features/quantile.h"
#include "lib/data/tables/time.h"
#include "lib/data/user_events.h"

#include "lib/base/progress.h"

#include <stdio.h>
#include <string.h>

/* How far beyond the quartiles a time is far, in distances of them. */
static const double far_out = 3;

static int misses_user(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return view->users[i] == RECS_NO_ROW;
}
static int misses_item(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return view->items[i] == RECS_NO_ROW;
}
static int misses_time(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__time_of(view, i) == RECS_NO_TIME;
}
static int misses_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return isnan(recs__price_of(view, i));
}
static int misses_session(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__session_of(view, i) == RECS_NO_ROW;
}
static int has_negative_quantity(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__quantity_of(view, i) < 0;
}
static int has_zero_quantity(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__quantity_of(view, i) == 0;
}
static int has_negative_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__price_of(view, i) < 0;
}
static int has_zero_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__price_of(view, i) == 0;
}
/* Times beyond the bounds of the check; bounds are doubles, as exact as times are apart. */
static int is_after(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  return recs__time_of(view, i) != RECS_NO_TIME && (double)recs__time_of(view, i) > cleaning->high;
}
static int is_before(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  return recs__time_of(view, i) != RECS_NO_TIME && (double)recs__time_of(view, i) < cleaning->low;
}

static void show_time(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  if (recs_events_time_kind(cleaning->events) == RECS_TIME_CLOCK)
    recs__format_time(out, recs__time_of(view, i));
  else
    snprintf(out, RECS__EXAMPLE_SIZE, "%lld", (long long)recs__time_of(view, i));
}

/* Earlier than one that arrived before: the latest time before each chunk is known first. */
static int32_t drop_late(recs__cleaning *cleaning, size_t chunk, void *payload) {
  const recs__event_view *view = &cleaning->views[chunk];
  int64_t latest = ((const int64_t *)payload)[chunk];
  for (size_t i = 0; i < view->count; i++) {
    int64_t time = recs__time_of(view, i);
    if (time != RECS_NO_TIME && time < latest)
      cleaning->dropped[chunk * RECS__CHUNK + i] = cleaning->rule;
    latest = time > latest ? time : latest;
  }
  return RECS_OK;
}

static int32_t find_late(recs__cleaning *cleaning) {
  int64_t *before = recs__alloc(cleaning->context, cleaning->chunks + 1, sizeof *before);
  int32_t status;
  if (before == NULL)
    return recs__fail_nomem();
  before[0] = RECS_NO_TIME; /* the smallest of all */
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    before[chunk + 1] = before[chunk];
    for (size_t i = 0; i < cleaning->views[chunk].count; i++) {
      int64_t time = recs__time_of(&cleaning->views[chunk], i);
      before[chunk + 1] = time > before[chunk + 1] ? time : before[chunk + 1];
    }
  }
  status = recs__cleaning_each(cleaning, drop_late, before);
  recs__free(cleaning->context, before);
  return status;
}

/* A user's event came late when one with a later time arrived before it: seen from the latest time back. */
static int32_t drop_users_late(void *payload, uint32_t thread, uint32_t user, recs__user_event *events, size_t count) {
  const recs__cleaning *cleaning = payload;
  uint64_t first_to_arrive = UINT64_MAX;
  (void)thread;
  (void)user;
  for (size_t i = count; i-- > 0 && events[i].time != RECS_NO_TIME;) {
    if (events[i].number > first_to_arrive)
      cleaning->dropped[events[i].number] = cleaning->rule;
    else
      first_to_arrive = events[i].number;
  }
  return RECS_OK;
}

static int32_t find_users_late(recs__cleaning *cleaning) {
  recs__user_events by_user;
  int32_t status = recs__user_events_make(&by_user, cleaning->context, cleaning->views, cleaning->chunks,
                                          recs_ids_count(recs_events_users(cleaning->events)), NULL);
  if (status == RECS_OK)
    status = recs__user_events_each(&by_user, drop_users_late, cleaning, NULL);
  recs__user_events_free(&by_user);
  return status;
}

/* Bounds of the times: beyond the quartiles by some of their distance. */
static int32_t learn_times(recs__cleaning *cleaning) {
  double *times = recs__alloc(cleaning->context, cleaning->count, sizeof *times), first, third;
  size_t event = 0;
  int32_t status;
  if (times == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    for (size_t i = 0; i < cleaning->views[chunk].count; i++) {
      int64_t time = recs__time_of(&cleaning->views[chunk], i);
      times[event++] = time == RECS_NO_TIME ? (double)NAN : (double)time;
    }
  }
  RECS_GO(recs__quantile_parallel(&first, cleaning->context, times, event, 0.25));
  RECS_GO(recs__quantile_parallel(&third, cleaning->context, times, event, 0.75));
  cleaning->low = first - far_out * (third - first);
  cleaning->high = third + far_out * (third - first);
cleanup:
  recs__free(cleaning->context, times);
  return status;
}

/* How outliers are found, in the options of cleaning. */
static void by_mad(recs_clean_options *options) {
  options->quantity_outliers = options->price_outliers = RECS_OUTLIERS_MAD;
}
static void by_iqr(recs_clean_options *options) {
  options->quantity_outliers = options->price_outliers = RECS_OUTLIERS_IQR;
}
static void by_quantile(recs_clean_options *options) {
  options->quantity_outliers = options->price_outliers = RECS_OUTLIERS_QUANTILE;
}

/* A rule, and how the options are set for it (NULL: not). */
typedef struct check {
  recs__clean_rule rule;
  void (*set)(recs_clean_options *options);
} check;

static const check checks[] = {
    {{"duplicate", NULL, recs__clean_duplicates, NULL, recs__show_item}, NULL},
    {{"near duplicate", NULL, recs__clean_near, NULL, recs__show_item}, NULL},
    {{"missing user", NULL, NULL, misses_user, recs__show_item}, NULL},
    {{"missing item", NULL, NULL, misses_item, recs__show_user}, NULL},
    {{"missing time", NULL, NULL, misses_time, recs__show_item}, NULL},
    {{"missing price", NULL, NULL, misses_price, recs__show_item}, NULL},
    {{"missing session", NULL, NULL, misses_session, recs__show_item}, NULL},
    {{"negative quantity", NULL, NULL, has_negative_quantity, recs__show_quantity}, NULL},
    {{"zero quantity", NULL, NULL, has_zero_quantity, recs__show_item}, NULL},
    {{"negative price", NULL, NULL, has_negative_price, recs__show_price}, NULL},
    {{"zero price", NULL, NULL, has_zero_price, recs__show_item}, NULL},
    {{"time out of order", NULL, find_late, NULL, show_time}, NULL},
    {{"user's time out of order", NULL, find_users_late, NULL, show_time}, NULL},
    {{"time after now", NULL, NULL, is_after, show_time}, NULL},
    {{"time far ahead", NULL, learn_times, is_after, show_time}, NULL},
    {{"time far behind", NULL, learn_times, is_before, show_time}, NULL},
    {{"quantity outlier by mad", NULL, recs__learn_quantities, recs__has_odd_quantity, recs__show_quantity}, by_mad},
    {{"quantity outlier by iqr", NULL, recs__learn_quantities, recs__has_odd_quantity, recs__show_quantity}, by_iqr},
    {{"quantity outlier by quantile", NULL, recs__learn_quantities, recs__has_odd_quantity, recs__show_quantity}, by_quantile},
    {{"price outlier by mad", NULL, recs__learn_prices, recs__has_odd_price, recs__show_price}, by_mad},
    {{"price outlier by iqr", NULL, recs__learn_prices, recs__has_odd_price, recs__show_price}, by_iqr},
    {{"price outlier by quantile", NULL, recs__learn_prices, recs__has_odd_price, recs__show_price}, by_quantile},
};

static int32_t make_check(recs_report *report, recs__cleaning *cleaning, const check *one) {
  recs__clean_rule rule = one->rule;
  size_t count = 0;
  if (one->set != NULL)
    one->set(&cleaning->options);
  RECS_TRY(recs__cleaning_apply(cleaning, &rule));
  for (size_t event = 0; event < cleaning->count; event++)
    count += cleaning->dropped[event];
  RECS_TRY(recs__cleaning_report(report, cleaning, &rule, cleaning->rule, count));
  memset(cleaning->dropped, 0, cleaning->count);
  return RECS_OK;
}

int32_t recs__quality_check(recs_report *report, recs__cleaning *cleaning, const recs_quality_options *options,
                            const recs__progress *progress) {
  size_t total = sizeof checks / sizeof checks[0];
  recs_clean_options_init(&cleaning->options, sizeof cleaning->options);
  cleaning->options.near_duplicates = RECS_NEAR_WINDOW;
  cleaning->options.near_seconds = options->near_seconds;
  cleaning->options.max_quantity_score = cleaning->options.max_price_score = options->max_score;
  cleaning->options.iqr_factor = options->iqr_factor;
  cleaning->options.low_quantile = 1 - options->high_quantile;
  cleaning->options.high_quantile = options->high_quantile;
  cleaning->high = options->now == RECS_NO_TIME ? INFINITY : (double)options->now;
  cleaning->rule = 1;
  for (size_t i = 0; i < total; i++) {
    int near = checks[i].rule.learn == recs__clean_near;
    RECS_TRY(recs__progress_at(progress, (double)i / (double)total));
    if (!near || recs_events_time_kind(cleaning->events) == RECS_TIME_CLOCK)
      RECS_TRY(make_check(report, cleaning, &checks[i]));
  }
  return RECS_OK;
}
