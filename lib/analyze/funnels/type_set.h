/* Sets of event types, as "view|search" or "*". */
#ifndef RECS_LIB_ANALYZE_FUNNELS_TYPE_SET_H
#define RECS_LIB_ANALYZE_FUNNELS_TYPE_SET_H

#include "lib/data/type_weights.h"

/* Sets a bit in the marks of the types that a list names, by their rows in the dictionary. Names that the dictionary lacks come back
 * in `*unknown` (the last of them; text NULL when there is none). Returns 0 when a name is empty. */
int recs__type_set_mark(uint32_t marks[RECS__TYPE_BYTES], uint32_t bit, const recs_ids *types, recs__piece list,
                        recs__piece *unknown);

#endif
