/* A scorer made of scorers. */
#ifndef RECS_LIB_RECOMMEND_HYBRID_HYBRID_H
#define RECS_LIB_RECOMMEND_HYBRID_HYBRID_H

#include "lib/recommend/kinds.h"
#include "lib/recommend/hybrid/mixture.h"

typedef struct recs__hybrid {
  recs_scorer scorer;
  recs_scorer *parts[RECS__MOST_PARTS]; /* held */
  recs__mixture mixture;
  int32_t mode; /* RECS_HYBRID_* */
  double rrf_k;
} recs__hybrid;

/* A hybrid of that kind; holds the parts, as many as the mixture weighs. The mixture's weights are checked. */
int32_t recs__hybrid_make(recs_scorer **out, const recs__scorer_kind *kind, const recs_scorer *const *parts,
                          const recs__mixture *mixture, const recs_hybrid_options *options);

/* What a part's scores for one request are divided by to be on the scale of the mode; ranks take their place where the mode goes by these.
 * The board knows what is seen: scores are measured over what is not. */
int32_t recs__hybrid_scale(double *divisor, const recs__hybrid *hybrid, recs__board *board);

/* The kind's functions that need no fitting, which hybrid_fit.c puts into its tables. */
int32_t recs__hybrid_score(const recs_scorer *scorer, const recs_history *history, recs__board *board);
int32_t recs__hybrid_similar(const recs_scorer *scorer, uint32_t item, recs__board *board);
int32_t recs__hybrid_reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item, recs__reasons *out);
int32_t recs__hybrid_write(const recs_scorer *scorer, recs__writer *writer);
int32_t recs__hybrid_read(recs_scorer **out, recs__reader *reader, uint32_t items);

#endif
