/* The table of a fit, in columns. */
#ifndef RECS_LIB_DATA_PIPELINE_PIPELINE_TABLE_H
#define RECS_LIB_DATA_PIPELINE_PIPELINE_TABLE_H

#include "lib/base/progress.h"
#include "lib/data/pipeline/pipeline.h"

struct recs__fitting {
  recs_pipeline *pipeline;
  recs_pipeline_options options;
  double **columns; /* by slot; NULL: gone */
  uint8_t *made;    /* by slot: 0 and 1, from a step */
  size_t column_room;
  size_t made_room;
  size_t rows;
  size_t *numbers;   /* NULL, or the number of each row in the caller's table */
  uint8_t *excluded; /* the caller's, or NULL */
};

/* Copies the caller's table; infinite values are refused. */
int32_t recs__fitting_load(recs__fitting *fit, const recs_table *table);

/* Runs a fitted step on all rows and adds its findings up. */
int32_t recs__fitting_run(const recs__fitting *fit, const recs__step *step, const recs__progress *progress);

/* The columns that a step adds: one a column, by its suffix, or one a number. */
int32_t recs__fitting_add(recs__fitting *fit, recs__step *step);

/* Gives up the columns that go with a step. */
void recs__fitting_drop(recs__fitting *fit, const recs__step *step);

/* Gives up the rows that a step excludes. */
int32_t recs__fitting_exclude(recs__fitting *fit, const recs__step *step);

/* Refuses a result that is not whole. */
int32_t recs__fitting_check(const recs__fitting *fit);

void recs__fitting_clear(recs__fitting *fit);

#endif
