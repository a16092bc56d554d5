/* Profiles as others see them inside the library. */
#ifndef RECS_LIB_DATA_PROFILES_H
#define RECS_LIB_DATA_PROFILES_H

#include "lib/data/ids.h"

/* Frozen profiles write themselves; reading needs the dictionary that the model already read. */
int32_t recs__profiles_write(const recs_profiles *profiles, recs__writer *writer);
int32_t recs__profiles_read(recs_profiles **out, recs_ids *ids, recs__reader *reader);

/* The field of that name; RECS_ERROR_NOT_FOUND lists the known ones. */
int32_t recs__profiles_find_field(uint32_t *out, const recs_profiles *profiles, const char *name);

#endif
