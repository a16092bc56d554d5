/* Jaro's and Winkler's similarities. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_JARO_H
#define RECS_LIB_ANALYZE_SEQUENCES_JARO_H

#include "lib/analyze/sequences/profile.h"

/* How much room recs__jaro() wants. */
static inline size_t recs__jaro_room(const recs__profile *b, size_t a_count) {
  return (size_t)b->symbols.count + 2 * (size_t)b->count + a_count;
}

/* Jaro's similarity of two sequences that are not empty. O(a_count + b->count). */
double recs__jaro(const recs__profile *b, const uint32_t *a, size_t a_count, uint32_t *room);

/* Winkler's bonus for a common beginning. */
double recs__winkler(double jaro, const recs__profile *b, const uint32_t *a, size_t a_count);

#endif
