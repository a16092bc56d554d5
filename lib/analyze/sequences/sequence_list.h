/* Many sequences in two arrays. */
#ifndef RECS_LIB_ANALYZE_SEQUENCES_SEQUENCE_LIST_H
#define RECS_LIB_ANALYZE_SEQUENCES_SEQUENCE_LIST_H

#include "lib/analyze/sequences/symbols.h"

/* Refuses offsets that are negative or descend, and sequences that are too long. */
int32_t recs__sequence_list_check(const int64_t *offsets, const uint32_t *symbols, size_t count);

#endif
