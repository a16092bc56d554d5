/* From ballots to weights. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_WEIGH_H
#define RECS_LIB_RECOMMEND_HYBRID_WEIGH_H

#include "lib/recommend/hybrid/ballots.h"

/* Some of the ballots, one behind the other. */
typedef struct recs__poll {
  const recs_context *context;
  uint32_t parts;
  size_t count;      /* ballots */
  size_t rows;       /* items of all ballots */
  size_t *begins;    /* count + 1 */
  uint32_t *targets; /* a ballot: its first rows */
  double *ideals;    /* the gain of a list that puts all that was asked for in front */
  float *values;     /* rows x parts */
} recs__poll;

/* The ballots of histories of `shortest` to `longest` items, scores raised to `power` (with their sign); of these
 * those whose number leaves `fold` when divided by 2 (any other fold: all). */
int32_t recs__poll_init(recs__poll *out, const recs__ballots *ballots, uint64_t shortest, uint64_t longest, uint32_t fold,
                         double power);
void recs__poll_free(recs__poll *poll);

/* Nonnegative weights, which sum to 1, under which what was asked for comes first. They begin as the maximum of a penalised
 * conditional logit (McFadden 1974), found by Newton steps; from there, or from equal weights, or from one part alone, whatever
 * does best, they climb in nDCG@10 a coordinate at a time. `gain`: the mean nDCG@10 they reach on these ballots.
 * O(steps x rows x parts^2); the same bits for any number of threads. */
int32_t recs__weigh(double *weights, double *gain, const recs__poll *poll);

/* The weighted scores of one ballot's rows, of which there are at most RECS__MOST_ROWS. */
void recs__poll_score(float *scores, const recs__poll *poll, const double *weights, size_t place);

/* Each ballot's nDCG@10; of equal scores half come before. */
int32_t recs__poll_gains(double *gains, const recs__poll *poll, const double *weights);

#endif
