/* Means taken off ratings. */
#ifndef RECS_LIB_DATA_CENTER_H
#define RECS_LIB_DATA_CENTER_H

#include "lib/data/event_rows.h"

/* Takes off each value of a sparse array of rows the means that the options of its events ask for: that of its row, that of its item,
 * or both less the mean of all (see RECS_CENTER_BOTH). Sums are made in double, in the order of the values. */
int32_t recs__center(float *values, const uint32_t *items, const int64_t *offsets, const recs__event_rows *rows);

#endif
