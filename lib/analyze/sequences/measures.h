/* Measures of sequences: one table, one sequence b prepared for any of them, and what a thread needs to measure others against it. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_MEASURES_H
#define RECS_LIB_ANALYZE_SEQUENCES_MEASURES_H

#include "lib/analyze/sequences/blocks.h"
#include "lib/analyze/sequences/short_edit.h"

/* What a thread works with; zeroed it is empty. */
typedef struct recs__measure_desk {
  recs__blocks blocks;
  recs__run_bits bits;
  uint32_t *cells; /* for Jaro */
  size_t room;
} recs__measure_desk;

typedef struct recs__measure recs__measure;

/* A sequence, as b, and what is to be measured against it. */
typedef struct recs__yardstick {
  const recs_context *context;
  const recs__measure *measure;
  recs__profile b;
  uint32_t limit; /* of symbols that begin no run; see recs__popular_limit() */
} recs__yardstick;

/* The measure of a number, or a complaint. */
int32_t recs__measure_find(const recs__measure **out, int32_t measure);
int recs__measure_is_distance(const recs__measure *measure);

/* Whatever is returned, recs__yardstick_free() follows. */
int32_t recs__yardstick_init(recs__yardstick *out, const recs_context *context, const recs__measure *measure, const uint32_t *b,
                             size_t b_count);
void recs__yardstick_free(recs__yardstick *yardstick);

/* Measures one sequence, as a. When the value is worse than `floor`, `*out` may be any value that is worse than that. */
int32_t recs__yardstick_apply(double *out, const recs__yardstick *yardstick, recs__measure_desk *desk, const uint32_t *a, size_t a_count,
                              double floor);

/* The same of RECS__SHORT_LANES sequences, faster where they are compared by bits. */
int32_t recs__yardstick_apply_four(double out[RECS__SHORT_LANES], const recs__yardstick *yardstick, recs__measure_desk *desk,
                                   const uint32_t *const a[RECS__SHORT_LANES], const size_t a_counts[RECS__SHORT_LANES], double floor);

/* The best value that a sequence of so many symbols can have which has `common` of them in common with b, each as often as in both. Not
 * for distances. */
double recs__yardstick_bound(const recs__yardstick *yardstick, uint32_t common, size_t a_count);

void recs__measure_desk_free(recs__measure_desk *desk, const recs_context *context);

#endif
