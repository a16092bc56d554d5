/* Edit distances of sequences of any length. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_LONG_EDIT_H
#define RECS_LIB_ANALYZE_SEQUENCES_LONG_EDIT_H

#include "lib/analyze/sequences/profile.h"

/* The length of the longest common subsequence, and the Levenshtein distance. O(a_count x b_count / 64). */
int32_t recs__long_lcs(uint64_t *out, const recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count);
int32_t recs__long_levenshtein(uint64_t *out, const recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                               size_t b_count);

/* Optimal string alignment. O(a_count x b->count), three rows of memory. */
int32_t recs__long_osa(uint64_t *out, const recs__profile *b, const uint32_t *a, size_t a_count);

/* Damerau and Levenshtein's distance, unrestricted (Zhao and Sahni 2019: linear memory). O(a_count x b->count). */
int32_t recs__long_damerau(uint64_t *out, const recs__profile *b, const uint32_t *a, size_t a_count);

#endif
