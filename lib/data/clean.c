/* Cleaning: rule after rule drops events of the log that the rules before it left; what no rule dropped becomes the new
 * log. */
#include "lib/data/cleaning.h"

#include "lib/base/options.h"
#include "lib/base/progress.h"
#include "lib/base/report.h"

#include <float.h>
#include <string.h>

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
};

static const recs_schema clean_schema = RECS__SCHEMA("clean", recs_clean_options, clean_fields);

const recs_schema *recs_clean_schema(void) {
  return &clean_schema;
}

int32_t recs_clean_options_init(recs_clean_options *options, size_t struct_size) {
  return recs_options_init(options, &clean_schema, struct_size);
}

static void judge(recs__cleaning *cleaning, const recs__clean_rule *rule) {
  size_t event = 0;
  for (size_t chunk = 0; chunk < cleaning->chunks; chunk++) {
    const recs__event_view *view = &cleaning->views[chunk];
    for (size_t i = 0; i < view->count; i++, event++) {
      if (cleaning->dropped[event] == 0 && rule->drops(cleaning, view, i))
        cleaning->dropped[event] = cleaning->rule;
    }
  }
}

static int32_t apply(recs__cleaning *cleaning, const recs__clean_rule *rule) {
  int32_t status = rule->learn == NULL ? RECS_OK : rule->learn(cleaning);
  if (status == RECS_OK && rule->drops != NULL)
    judge(cleaning, rule);
  recs__free(cleaning->context, cleaning->flags);
  cleaning->flags = NULL;
  return status;
}

static int32_t apply_all(recs__cleaning *cleaning, const recs__progress *progress) {
  for (uint8_t i = 0; i < RECS__CLEAN_RULES; i++) {
    const recs__clean_rule *rule = &recs__clean_rules[i];
    RECS_TRY(recs__progress_at(progress, (double)i / (RECS__CLEAN_RULES + 1)));
    cleaning->rule = (uint8_t)(i + 1);
    if (rule->is_on((const char *)&cleaning->options + rule->option))
      RECS_TRY(apply(cleaning, rule));
  }
  return recs__progress_at(progress, (double)RECS__CLEAN_RULES / (RECS__CLEAN_RULES + 1));
}

static int32_t report_rule(recs_report *report, const recs__cleaning *cleaning, uint8_t number, size_t count) {
  char example[RECS__EXAMPLE_SIZE] = "";
  size_t first = 0, place;
  if (count > 0) {
    const recs__event_view *view;
    first = (size_t)((const uint8_t *)memchr(cleaning->dropped, number, cleaning->count) - cleaning->dropped);
    view = recs__cleaning_view(cleaning, first, &place);
    recs__clean_rules[number - 1].show(example, cleaning, view, place);
    first += 1;
  }
  return recs__report_add(report, recs__clean_rules[number - 1].reason, count, first, example, strlen(example));
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

static int32_t cleaning_create(recs__cleaning *out, const recs_events *events) {
  out->context = recs__context_of(events);
  out->events = events;
  out->count = (size_t)recs_events_count(events);
  out->chunks = recs__events_chunks(events);
  out->views = recs__alloc(out->context, out->chunks, sizeof *out->views);
  out->dropped = recs__alloc_zero(out->context, out->count, sizeof *out->dropped);
  if (out->views == NULL || out->dropped == NULL)
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
  RECS_GO(recs__events_select(out, cleaning->events, cleaning->dropped, 1)); /* what no rule dropped is marked 0 */
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
  RECS_GO(cleaning_create(&cleaning, events));
  RECS_GO(clean(out, out_report, &cleaning, &whole));
cleanup:
  recs__free(cleaning.context, cleaning.views);
  recs__free(cleaning.context, cleaning.dropped);
  return status;
}
