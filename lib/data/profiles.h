/* Profiles as others see them inside the library. */
#ifndef RECS_LIB_DATA_PROFILES_H
#define RECS_LIB_DATA_PROFILES_H

#include "lib/data/ids.h"

/* Frozen profiles write themselves; reading needs the dictionary that the model already read. */
int32_t recs__profiles_write(const recs_profiles *profiles, recs__writer *writer);
int32_t recs__profiles_read(recs_profiles **out, recs_ids *ids, recs__reader *reader);

/* A store to fill in another's place until it is accepted: over the same dictionary, with a copy of the values. The
 * dictionaries of tags are shared: tags that are new stay there when the draft is given up. */
int32_t recs__profiles_draft(recs_profiles **out, const recs_profiles *profiles);

/* Gives the store what its draft holds; the draft is then only good for being freed. On failure the store is as it was. */
int32_t recs__profiles_accept(recs_profiles *profiles, recs_profiles *draft);

/* The field of that name; RECS_ERROR_NOT_FOUND lists the known ones. */
int32_t recs__profiles_find_field(uint32_t *out, const recs_profiles *profiles, const char *name);

/* Refuses a field that is not there or not of that RECS_FIELD_* type. */
int32_t recs__profiles_check_field(const recs_profiles *profiles, uint32_t field, int32_t type);

#endif
