/* What each event type weighs: "purchase=3,view=1,*=0". */
#ifndef RECS_LIB_DATA_TYPE_WEIGHTS_H
#define RECS_LIB_DATA_TYPE_WEIGHTS_H

#include "lib/data/ids.h"

enum { RECS__TYPE_BYTES = 256 }; /* whatever a type's byte may be */

/* Fills `out` by the rows of the dictionary of types. A type that is not named weighs what "*" says, else 1; a name
 * that the dictionary lacks is no error; of two weights for one name the later holds. NULL and "": all weigh 1. */
int32_t recs__type_weights_parse(double out[RECS__TYPE_BYTES], const recs_ids *types, const char *text);

#endif
