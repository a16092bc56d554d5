/* Scores of sparse rows against many points: sums of products along the row's entries, the points side by side. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_SPARSE_SCORES_H
#define RECS_LIB_ANALYZE_CLUSTERS_SPARSE_SCORES_H

#include "lib/base/context.h"

enum { RECS__LANES = 16 }; /* the number of points is a multiple of this */

/* scores[p] += the sum of values[e] * points[columns[e] * count + p] over the entries: one chain of fused multiply-adds for
 * each point, so all processors give the same bits. */
typedef void (*recs__sparse_scores_fn)(float *scores, const float *points, size_t count, const uint32_t *columns,
                                       const float *values, size_t entries);

recs__sparse_scores_fn recs__sparse_scores_of(const recs_context *context);

#endif
