/* Edit distances to a sequence of up to RECS__PROFILE_MOST symbols, whose whole column of the table fits into a few words. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_SHORT_EDIT_H
#define RECS_LIB_ANALYZE_SEQUENCES_SHORT_EDIT_H

#include "lib/analyze/sequences/profile.h"

/* The length of the longest common subsequence, the Levenshtein distance, and that of optimal string alignment. The profile has masks
 * and is not empty. */
uint32_t recs__short_lcs(const recs__profile *b, const uint32_t *a, size_t a_count);
uint32_t recs__short_levenshtein(const recs__profile *b, const uint32_t *a, size_t a_count);
uint32_t recs__short_osa(const recs__profile *b, const uint32_t *a, size_t a_count);

/* The first two of four sequences at once: a step of one waits for the step before it, steps of four do not wait for each other. */
enum { RECS__SHORT_LANES = 4 };
void recs__short_lcs_four(uint32_t out[RECS__SHORT_LANES], const recs__profile *b, const uint32_t *const a[RECS__SHORT_LANES],
                          const size_t a_counts[RECS__SHORT_LANES]);
void recs__short_levenshtein_four(uint32_t out[RECS__SHORT_LANES], const recs__profile *b,
                                  const uint32_t *const a[RECS__SHORT_LANES], const size_t a_counts[RECS__SHORT_LANES]);

#endif
