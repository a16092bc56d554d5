/* Tables of callers, and stretches of rows in slots: what fitting and applying share. */
#ifndef RECS_LIB_DATA_PIPELINE_PIPELINE_ROWS_H
#define RECS_LIB_DATA_PIPELINE_PIPELINE_ROWS_H

#include "lib/data/pipeline/pipeline.h"

/* The caller's struct as far as it reaches, checked: shape, values and names that are there. */
int32_t recs__table_load(recs_table *out, const recs_table *table);

/* The name of a column in the table, which has names. */
recs__piece recs__table_name(const recs_table *table, uint32_t column);

/* Puts rows of the table into the slots of the columns that come in; `source` has the table's column of each of these. Refuses
 * infinite values. */
int32_t recs__rows_gather(const recs__stretch *rows, const recs_table *table, const uint32_t *source);

/* Runs a step on rows, leaving out none. `counts` has a place a column of the step. */
int32_t recs__rows_run(const recs__stretch *rows, const recs__step *step, uint64_t *counts);

/* Refuses rows where what comes out is not finite, or allowed to be missing. */
int32_t recs__rows_check(const recs__stretch *rows);

#endif
