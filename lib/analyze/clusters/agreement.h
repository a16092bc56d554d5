/* How two labellings of the same rows agree. */
#ifndef RECS_LIB_ANALYZE_CLUSTERS_AGREEMENT_H
#define RECS_LIB_ANALYZE_CLUSTERS_AGREEMENT_H

#include <recs/analyze.h>

#include "lib/base/memory.h"

/* The adjusted Rand index and the normalised mutual information from pairs of labels, left << 32 | right, which are sorted and used up. */
void recs__agreement(double *out_rand, double *out_information, uint64_t *pairs, size_t count);

#endif
