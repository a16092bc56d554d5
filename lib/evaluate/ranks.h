/* Where the items looked for stand in a ranking, and what that is worth. */
#ifndef RECS_LIB_EVALUATE_RANKS_H
#define RECS_LIB_EVALUATE_RANKS_H

#include "lib/data/candidates.h"
#include "lib/recommend/board.h"
#include <recs/evaluate/evaluation.h>

/* Candidates of one score, some of which are looked for. */
typedef struct recs__tie {
  uint64_t above; /* candidates that come before */
  uint64_t size;
  uint64_t hits; /* of these are looked for */
  double score;
} recs__tie;

typedef struct recs__ranks {
  const recs_context *context;
  recs__tie *ties; /* best first */
  size_t room;
  size_t count;
  size_t scored;     /* of them have a score; one more may follow, of candidates without */
  size_t targets;    /* looked for, misses among them */
  size_t misses;     /* of them outside the catalogue */
  size_t candidates; /* items that are ranked */
} recs__ranks;

void recs__ranks_free(recs__ranks *ranks);

/* Reads a board that was scored: the candidates are the items of the catalogue (NULL: all) that have none of the marks
 * in `without`, `catalogue_size` of them before these are taken off. */
int32_t recs__ranks_read(recs__ranks *ranks, const recs__board *board, const recs_candidates *catalogue,
                         size_t catalogue_size, uint8_t without, const uint32_t *targets, size_t target_count);

/* Sums over places: discounts[p] of 1 / log2(1 + place) and harmonics[p] of 1 / place over the places 1 to p. */
typedef struct recs__places {
  double *discounts;
  double *harmonics;
} recs__places;

/* For places up to `most`. Whatever is returned, recs__places_free() follows. */
int32_t recs__places_init(recs__places *places, const recs_context *context, size_t most);
void recs__places_free(recs__places *places, const recs_context *context);

/* The metrics by RECS_METRIC_*, at cutoff k. `places` reach min(k, the larger of candidates and targets). */
void recs__ranks_judge(double out[RECS_RANKING_METRICS], const recs__ranks *ranks, uint32_t k,
                       const recs__places *places);

#endif
