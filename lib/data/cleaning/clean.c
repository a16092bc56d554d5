/* Cleaning: rule after rule drops events of the log that the rules before it left; what no rule dropped becomes the new
 * log. */
#include "lib/data/cleaning/cleaning.h"

#include "lib/base/options.h"
#include "lib/base/progress.h"
#include "lib/base/report.h"

#include <float.h>
#include <string.h>

static const recs__choice nearness[] = {
    {"off", RECS_NEAR_OFF}, {"bucket", RECS_NEAR_BUCKET}, {"window", RECS_NEAR_WINDOW}, {NULL, 0}};
static const recs__choice missing[] = {
    {"keep", RECS_MISSING_KEEP}, {"drop", RECS_MISSING_DROP}, {"fill", RECS_MISSING_FILL}, {NULL, 0}};
static const recs__choice outliers[] = {{"off", RECS_OUTLIERS_OFF},
                                        {"mad", RECS_OUTLIERS_MAD},
                                        {"iqr", RECS_OUTLIERS_IQR},
                                        {"quantile", RECS_OUTLIERS_QUANTILE},
                                        {NULL, 0}};
static const recs__choice actions[] = {{"drop", RECS_OUTLIERS_DROP}, {"clip", RECS_OUTLIERS_CLIP}, {NULL, 0}};

static const recs__field clean_fields[] = {
    RECS__STRING(recs_clean_options, cancelled_prefix, NULL, "Sessions that begin with this are cancelled orders."),
    RECS__STRING(recs_clean_options, excluded_items, NULL, "Item ids that are no goods, joined by commas."),
    RECS__F64(recs_clean_options, max_quantity_score, 0, DBL_MAX, 10,
              "Drop quantities whose robust score is above; 0: off."),
    RECS__F64(recs_clean_options, max_price_score, 0, DBL_MAX, 10, "Drop prices whose robust score is above; 0: off."),
    RECS__F64(recs_clean_options, max_user_rate_score, 0, DBL_MAX, 0,
              "Drop users whose rate of events has a robust score above; 0: off."),
    RECS__FLAG(recs_clean_options, drop_duplicates, 1, "Of events equal in every column, the first stays."),
    RECS__FLAG(recs_clean_options, drop_missing_user, 1, "Drop events without a user."),
    RECS__FLAG(recs_clean_options, drop_missing_item, 1, "Drop events without an item."),
    RECS__FLAG(recs_clean_options, drop_nonpositive_quantity, 1, "Drop quantities of zero and below."),
    RECS__FLAG(recs_clean_options, drop_nonpositive_price, 1, "Drop known prices of zero and below."),
    RECS__FLAG(recs_clean_options, match_returns, 1, "A return also removes the purchase that it undoes."),
    RECS__CHOICE(recs_clean_options, near_duplicates, nearness, "off|bucket|window", RECS_NEAR_OFF,
                 "Near duplicates: same user, item and type in one stretch of the clock, or within a window after one that stays."),
    RECS__CHOICE(recs_clean_options, missing_price, missing, "keep|drop|fill", RECS_MISSING_KEEP,
                 "Events without a price: fill takes the median of the item's."),
    RECS__CHOICE(recs_clean_options, missing_time, missing, "keep|drop|fill", RECS_MISSING_KEEP,
                 "Events without a time: fill takes that of the event before."),
    RECS__CHOICE(recs_clean_options, quantity_outliers, outliers, "off|mad|iqr|quantile", RECS_OUTLIERS_MAD,
                 "What makes a quantity an outlier."),
    RECS__CHOICE(recs_clean_options, price_outliers, outliers, "off|mad|iqr|quantile", RECS_OUTLIERS_MAD,
                 "What makes a price an outlier."),
    RECS__CHOICE(recs_clean_options, outlier_action, actions, "drop|clip", RECS_OUTLIERS_DROP,
                 "Drop events with outliers, or bring them to the bound."),
    RECS__F64(recs_clean_options, near_seconds, 0.001, 1e9, 60, "How near duplicates are in time."),
    RECS__F64(recs_clean_options, iqr_factor, 0, DBL_MAX, 1.5, "Interquartile ranges that an outlier is away from the quartiles."),
    RECS__F64(recs_clean_options, low_quantile, 0, 1, 0, "Values below this quantile are outliers."),
    RECS__F64(recs_clean_options, high_quantile, 0, 1, 0.999, "Values above this quantile are outliers."),
};

static const recs_schema clean_schema = RECS__SCHEMA("clean", recs_clean_options, clean_fields);

const recs_schema *recs_clean_schema(void) {
  return &clean_schema;
}

int32_t recs_clean_options_init(recs_clean_options *options, size_t struct_size) {
  return recs_options_init(options, &clean_schema, struct_size);
}

static int32_t judge_chunk(recs__cleaning *cleaning, size_t chunk, void *payload) {
  const recs__clean_rule *rule = payload;
  const recs__event_view *view = &cleaning->views[chunk];
  uint8_t *dropped = cleaning->dropped + chunk * RECS__CHUNK;
  RECS__EACH_LEFT(i, dropped, view->count) {
    if (rule->drops(cleaning, view, i))
      dropped[i] = cleaning->rule;
  }
  return RECS_OK;
}

int32_t recs__cleaning_apply(recs__cleaning *cleaning, recs__clean_rule *rule) {
  int32_t status = rule->learn == NULL ? RECS_OK : rule->learn(cleaning);
  if (status == RECS_OK && rule->drops != NULL)
    status = recs__cleaning_each(cleaning, judge_chunk, rule);
  recs__free(cleaning->context, cleaning->flags);
  cleaning->flags = NULL;
  return status;
}

static int32_t apply_all(recs__cleaning *cleaning, const recs__progress *progress) {
  for (uint8_t i = 0; i < RECS__CLEAN_RULES; i++) {
    recs__clean_rule rule = recs__clean_rules[i];
    RECS_TRY(recs__progress_at(progress, (double)i / (RECS__CLEAN_RULES + 1)));
    cleaning->rule = (uint8_t)(i + 1);
    if (rule.is_on(&cleaning->options))
      RECS_TRY(recs__cleaning_apply(cleaning, &rule));
  }
  return recs__progress_at(progress, (double)RECS__CLEAN_RULES / (RECS__CLEAN_RULES + 1));
}

static int32_t report_changes(recs_report *report, const recs__clean_changes *changes, const char *reason) {
  return recs__report_add(report, reason, changes->count, changes->first + 1, changes->example, strlen(changes->example));
}

int32_t recs__cleaning_report(recs_report *report, const recs__cleaning *cleaning, const recs__clean_rule *rule, uint8_t number,
                              size_t count) {
  char example[RECS__EXAMPLE_SIZE] = "";
  const recs__event_view *view;
  size_t first, place;
  if (count == 0)
    return recs__report_add(report, rule->reason, 0, 0, NULL, 0);
  first = (size_t)((const uint8_t *)memchr(cleaning->dropped, number, cleaning->count) - cleaning->dropped);
  view = recs__cleaning_view(cleaning, first, &place);
  rule->show(example, cleaning, view, place);
  return recs__report_add(report, rule->reason, count, first + 1, example, strlen(example));
}

static int32_t report_rule(recs_report *report, const recs__cleaning *cleaning, uint8_t number, size_t count) {
  const recs__clean_rule *rule = &recs__clean_rules[number - 1];
  if (cleaning->changes[number].count > 0)
    return report_changes(report, &cleaning->changes[number], rule->reason);
  return recs__cleaning_report(report, cleaning, rule, number, count);
}

static int32_t write_report(recs_report **out, const recs__cleaning *cleaning) {
  size_t counts[RECS__CLEAN_RULES + 1] = {0};
  recs_report *report;
  int32_t status;
  RECS_TRY(recs__report_create(&report, cleaning->context));
  for (size_t event = 0; event < cleaning->count; event++)
    counts[cleaning->dropped[event]] += 1;
  RECS_GO(recs__report_add(report, "kept", counts[0], 0, NULL, 0));
  for (uint8_t number = 1; number <= RECS__CLEAN_RULES; number++)
    RECS_GO(report_rule(report, cleaning, number, counts[number]));
  *out = report;
  report = NULL;
cleanup:
  recs_report_free(report);
  return status;
}

static int32_t check_options(const recs_clean_options *options, const recs_events *events) {
  if (options->low_quantile > options->high_quantile)
    return recs__fail(RECS_ERROR_INVALID, "low_quantile is %g, above high_quantile, which is %g", options->low_quantile,
                      options->high_quantile);
  if (options->near_duplicates != RECS_NEAR_OFF && recs_events_time_kind(events) == RECS_TIME_ORDER)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "near_duplicates needs clock times; this log's times are only an order");
  return RECS_OK;
}

int32_t recs__cleaning_open(recs__cleaning *out, const recs_events *events) {
  out->context = recs__context_of(events);
  out->events = events;
  out->count = (size_t)recs_events_count(events);
  out->chunks = recs__events_chunks(events);
  out->views = recs__alloc(out->context, out->chunks, sizeof *out->views);
  out->dropped = recs__alloc_zero(out->context, out->count, sizeof *out->dropped);
  out->copies = recs__alloc_zero(out->context, out->chunks, 3 * sizeof *out->copies);
  if (out->views == NULL || out->dropped == NULL || out->copies == NULL)
    return recs__fail_nomem();
  for (size_t chunk = 0; chunk < out->chunks; chunk++)
    recs__events_view(&out->views[chunk], events, chunk);
  return RECS_OK;
}

static int32_t clean(recs_events **out, recs_report **out_report, recs__cleaning *cleaning,
                     const recs__progress *progress) {
  recs_report *report = NULL;
  int32_t status;
  RECS_TRY(apply_all(cleaning, progress));
  recs__enter(); /* looking up what is not there is no error */
  if (out_report != NULL)
    RECS_TRY(write_report(&report, cleaning));
  RECS_GO(recs__views_select(out, cleaning->events, cleaning->views, cleaning->dropped, 1)); /* what no rule dropped is marked 0 */
  status = recs__progress_at(progress, 1);
  if (status != RECS_OK) {
    recs_events_free(*out);
    *out = NULL;
  } else if (out_report != NULL) {
    *out_report = report;
    report = NULL;
  }
cleanup:
  recs_report_free(report);
  return status;
}

void recs__cleaning_close(recs__cleaning *cleaning) {
  for (size_t i = 0; cleaning->copies != NULL && i < 3 * cleaning->chunks; i++)
    recs__free(cleaning->context, cleaning->copies[i]);
  recs__free(cleaning->context, cleaning->copies);
  recs__free(cleaning->context, cleaning->views);
  recs__free(cleaning->context, cleaning->dropped);
}

int32_t recs_events_clean(recs_events **out, recs_report **out_report, const recs_events *events,
                          const recs_clean_options *options, recs_progress_fn progress, void *payload) {
  recs__cleaning cleaning = {0};
  recs__progress whole = recs__progress_of(progress, payload);
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&cleaning.options, &clean_schema, options));
  RECS_TRY(check_options(&cleaning.options, events));
  RECS_GO(recs__cleaning_open(&cleaning, events));
  RECS_GO(clean(out, out_report, &cleaning, &whole));
cleanup:
  recs__cleaning_close(&cleaning);
  return status;
}
