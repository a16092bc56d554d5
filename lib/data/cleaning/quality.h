/* Data quality: what its parts share. */
#ifndef RECS_LIB_DATA_CLEANING_QUALITY_H
#define RECS_LIB_DATA_CLEANING_QUALITY_H

#include "lib/base/progress.h"
#include "lib/data/cleaning/cleaning.h"

enum { RECS__VALUE_TEXT = 80 };

/* A frequent value of a column. */
typedef struct recs__frequent {
  uint64_t count;
  char text[RECS__VALUE_TEXT]; /* an id is cut where it is too long */
} recs__frequent;

typedef struct recs__column_quality {
  double measures[RECS_MEASURES];
  recs__frequent *top;
  uint32_t top_count;
} recs__column_quality;

struct recs_quality {
  recs__object object;
  recs__column_quality columns[RECS__COLUMNS];
  recs_report *checks;
};

/* Measures all columns, side by side; each gets room for its frequent values, which stays its own on failure too. */
int32_t recs__quality_measure(recs_quality *quality, const recs_events *events, const recs__event_view *views, uint32_t top,
                              const recs__progress *progress);

/* Makes all checks. `cleaning` is open, and none of its events is dropped, before and after. */
int32_t recs__quality_check(recs_report *report, recs__cleaning *cleaning, const recs_quality_options *options,
                            const recs__progress *progress);

#endif
