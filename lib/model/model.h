/* What is served, as seen inside the library. */
#ifndef RECS_LIB_MODEL_MODEL_H
#define RECS_LIB_MODEL_MODEL_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include "lib/model/boards.h"
#include <recs/model.h>

struct recs_model {
  recs__object object;
  recs_ids *users; /* frozen, as are all parts */
  recs_ids *items;
  recs_histories *histories; /* of the first users: those beyond have none */
  recs_profiles *profiles;   /* over `items`, or NULL */
  recs_scorer *scorer;
  recs_scorer *fallback; /* fills short lists; or NULL */
  char *title;           /* the name of a text field of the profiles, or NULL */
  uint32_t title_field;  /* its number, or RECS_NO_ROW */
  recs_candidates *live; /* the items that were not removed; NULL: all */
  recs__boards *boards;  /* scratch of requests: the one thing that changes */
};

/* What a model is made of. */
typedef struct recs__model_parts {
  const recs_ids *users;
  const recs_ids *items;
  const recs_histories *histories;
  const recs_profiles *profiles; /* or NULL */
  const recs_scorer *scorer;
  const recs_scorer *fallback; /* or NULL */
  const char *title;           /* NULL or "": none */
} recs__model_parts;

/* A model that holds its parts, or frozen copies of them. Parts that do not fit each other fail with `misfit`: whoever
 * made them is to blame, the caller or a file. */
int32_t recs__model_new(recs_model **out, const recs__model_parts *parts, int32_t misfit);

/* Profiles must be over the dictionary, and know all its rows. `whose` is "item" or "user". */
int32_t recs__model_check_profiles(const recs_profiles *profiles, const recs_ids *ids, const char *whose,
                                   int32_t misfit);

/* The field that titles stand in: a text field of the profiles. Without a title (NULL or "") RECS_NO_ROW. */
int32_t recs__model_find_title(uint32_t *out_field, const recs_profiles *profiles, const char *title, int32_t misfit);

int32_t recs__model_write(const recs_model *model, recs__writer *writer);
/* Parts that fit each other, each checked by itself. */
int32_t recs__model_read(recs_model **out, recs__reader *reader);

#endif
