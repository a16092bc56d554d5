/* What options ask of the baskets themselves, before anything is mined. */
#ifndef RECS_LIB_ANALYZE_BASKETS_NARROW_H
#define RECS_LIB_ANALYZE_BASKETS_NARROW_H

#include "lib/analyze/baskets/taxonomy.h"
#include "lib/data/matrix.h"

#include <recs/analyze.h>

/* The baskets that are left, in other words. */
typedef struct recs__narrowed {
  recs_matrix *matrix;     /* only items whose value is enough, those above them added; what all must contain is taken out */
  uint64_t total;          /* baskets that had any item */
  uint32_t whole;          /* those of them that have all that must be contained */
  unsigned char *excluded; /* by column: excluded items, which closed and maximal itemsets need as witnesses */
} recs__narrowed;

/* Whether the options ask anything. */
int recs__narrows(const recs_apriori_options *options);

/* Free in any case. */
int32_t recs__narrow(recs__narrowed *out, const recs_matrix *matrix, const recs_apriori_options *options,
                     const recs__taxonomy *taxonomy);
void recs__narrowed_free(recs__narrowed *narrowed, const recs_context *context);

#endif
