/* What a log holds: columns in numbers, checks, frequent values. */
#include "lib/data/cleaning/quality.h"

#include "lib/base/options.h"
#include "lib/base/progress.h"
#include "lib/base/report.h"

#include <float.h>

/* In the order of recs__event_column and as a reader would have them. */
static const struct {
  const char *name;
  recs__event_column column;
} columns[RECS__COLUMNS] = {{"user", RECS__USERS},       {"item", RECS__ITEMS},           {"event", RECS__TYPES},
                            {"weight", RECS__WEIGHTS},   {"quantity", RECS__QUANTITIES}, {"price", RECS__PRICES},
                            {"time", RECS__TIMES},       {"session", RECS__SESSIONS}};

static const char *const measures[RECS_MEASURES] = {"present", "missing", "distinct", "min",  "p1",   "p25",      "median",
                                                    "p75",     "p99",     "max",      "mean", "sd",   "negative", "zero"};

static const recs__field quality_fields[] = {
    RECS__I64(recs_quality_options, now, INT64_MIN, INT64_MAX, RECS_NO_TIME, "Later times, in milliseconds, are wrong."),
    RECS__F64(recs_quality_options, near_seconds, 0.001, 1e9, 60, "How near duplicates are in time."),
    RECS__F64(recs_quality_options, max_score, 0, DBL_MAX, 10, "Robust score beyond which values are outliers by mad."),
    RECS__F64(recs_quality_options, iqr_factor, 0, DBL_MAX, 1.5, "Interquartile ranges beyond which they are by iqr."),
    RECS__F64(recs_quality_options, high_quantile, 0.5, 1, 0.999, "Quantile beyond which they are by quantile."),
    RECS__U32(recs_quality_options, top, 0, 1000, 5, "Most frequent values of each column."),
    RECS__RESERVED(recs_quality_options, reserved),
};

static const recs_schema quality_schema = RECS__SCHEMA("quality", recs_quality_options, quality_fields);

const recs_schema *recs_quality_schema(void) {
  return &quality_schema;
}

int32_t recs_quality_options_init(recs_quality_options *options, size_t struct_size) {
  return recs_options_init(options, &quality_schema, struct_size);
}

static void quality_destroy(void *object) {
  recs_quality *quality = object;
  for (int c = 0; c < RECS__COLUMNS; c++)
    recs__free(quality->object.context, quality->columns[c].top);
  recs_report_free(quality->checks);
}

static int32_t look(recs_quality *quality, recs__cleaning *cleaning, const recs_quality_options *options,
                    const recs__progress *progress) {
  recs__progress checking = recs__progress_part(progress, 0, 0.5), measuring = recs__progress_part(progress, 0.5, 1);
  RECS_TRY(recs__report_create(&quality->checks, cleaning->context));
  RECS_TRY(recs__report_add(quality->checks, "events", cleaning->count, 0, NULL, 0));
  RECS_TRY(recs__quality_check(quality->checks, cleaning, options, &checking));
  return recs__quality_measure(quality, cleaning->events, cleaning->views, options->top, &measuring);
}

int32_t recs_events_quality(recs_quality **out, const recs_events *events, const recs_quality_options *options,
                            recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  recs__cleaning cleaning = {0};
  recs_quality_options loaded;
  recs_quality *quality;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(recs__options_load(&loaded, &quality_schema, options));
  quality = recs__object_new(recs__context_of(events), sizeof *quality, quality_destroy);
  if (quality == NULL)
    return recs__fail_nomem();
  RECS_GO(recs__cleaning_open(&cleaning, events));
  RECS_GO(look(quality, &cleaning, &loaded, &whole));
  RECS_GO(recs__progress_at(&whole, 1));
  recs__enter(); /* looking up what is not there is no error */
  *out = quality;
  quality = NULL;
cleanup:
  recs__cleaning_close(&cleaning);
  recs__release(quality);
  return status;
}

/* The column of that number; NULL beyond the last. */
static const recs__column_quality *column_at(const recs_quality *quality, uint32_t column) {
  return quality == NULL || column >= RECS__COLUMNS ? NULL : &quality->columns[columns[column].column];
}

uint32_t recs_quality_columns(const recs_quality *quality) {
  return quality == NULL ? 0 : RECS__COLUMNS;
}

const char *recs_quality_column_name(const recs_quality *quality, uint32_t column) {
  return column_at(quality, column) == NULL ? "" : columns[column].name;
}

const char *recs_quality_measure_name(uint32_t measure) {
  return measure < RECS_MEASURES ? measures[measure] : "";
}

double recs_quality_value(const recs_quality *quality, uint32_t column, uint32_t measure) {
  const recs__column_quality *found = column_at(quality, column);
  return found == NULL || measure >= RECS_MEASURES ? (double)NAN : found->measures[measure];
}

uint32_t recs_quality_top_count(const recs_quality *quality, uint32_t column) {
  const recs__column_quality *found = column_at(quality, column);
  return found == NULL ? 0 : found->top_count;
}

int32_t recs_quality_top(const char **value, uint64_t *count, const recs_quality *quality, uint32_t column, uint32_t rank) {
  const recs__column_quality *found = column_at(quality, column);
  recs__enter();
  if (value != NULL)
    *value = NULL;
  if (count != NULL)
    *count = 0;
  RECS_NOT_NULL(quality);
  if (found == NULL || rank >= found->top_count)
    return recs__fail(RECS_ERROR_INVALID, "frequent value %u of column %u: there are %u", rank, column,
                      found == NULL ? 0 : found->top_count);
  if (value != NULL)
    *value = found->top[rank].text;
  if (count != NULL)
    *count = found->top[rank].count;
  return RECS_OK;
}

const recs_report *recs_quality_checks(const recs_quality *quality) {
  return quality == NULL ? NULL : quality->checks;
}

void recs_quality_free(recs_quality *quality) {
  recs__release(quality);
}
