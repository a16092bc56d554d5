/* A model as arrays: its parts one after the other, each in a scope of its own. */
#include "lib/data/histories.h"
#include "lib/data/profiles.h"
#include "lib/model/model.h"
#include "lib/recommend/scorer.h"

int32_t recs__model_write(const recs_model *model, recs__writer *writer) {
  RECS_TRY(recs__write_u64(writer, "has_profiles", model->profiles != NULL));
  RECS_TRY(recs__write_u64(writer, "has_fallback", model->fallback != NULL));
  RECS_TRY(recs__write_string(writer, "title", model->title == NULL ? "" : model->title));
  RECS_SCOPED(writer, "users", recs__ids_write(model->users, writer));
  RECS_SCOPED(writer, "items", recs__ids_write(model->items, writer));
  RECS_SCOPED(writer, "histories", recs__histories_write(model->histories, writer));
  if (model->profiles != NULL)
    RECS_SCOPED(writer, "profiles", recs__profiles_write(model->profiles, writer));
  RECS_SCOPED(writer, "scorer", recs__scorer_write(model->scorer, writer));
  if (model->fallback != NULL)
    RECS_SCOPED(writer, "fallback", recs__scorer_write(model->fallback, writer));
  return RECS_OK;
}

/* What was read so far; the model takes holds of its own. */
typedef struct read_parts {
  recs_ids *users;
  recs_ids *items;
  recs_histories *histories;
  recs_profiles *profiles;
  recs_scorer *scorer;
  recs_scorer *fallback;
  const char *title;
} read_parts;

static int32_t read_all(read_parts *parts, recs__reader *reader) {
  uint64_t has_profiles, has_fallback;
  RECS_TRY(recs__read_u64(reader, "has_profiles", 0, 1, &has_profiles));
  RECS_TRY(recs__read_u64(reader, "has_fallback", 0, 1, &has_fallback));
  RECS_TRY(recs__read_string(reader, "title", &parts->title));
  RECS_SCOPED(reader, "users", recs__ids_read(&parts->users, reader));
  RECS_SCOPED(reader, "items", recs__ids_read(&parts->items, reader));
  RECS_SCOPED(reader, "histories", recs__histories_read(&parts->histories, reader));
  if (has_profiles != 0)
    RECS_SCOPED(reader, "profiles", recs__profiles_read(&parts->profiles, parts->items, reader));
  RECS_SCOPED(reader, "scorer", recs__scorer_read(&parts->scorer, reader));
  if (has_fallback != 0)
    RECS_SCOPED(reader, "fallback", recs__scorer_read(&parts->fallback, reader));
  return RECS_OK;
}

int32_t recs__model_read(recs_model **out, recs__reader *reader) {
  read_parts read = {0};
  recs__model_parts parts;
  int32_t status;
  *out = NULL;
  RECS_GO(read_all(&read, reader));
  parts = (recs__model_parts){read.users,  read.items,    read.histories, read.profiles,
                              read.scorer, read.fallback, read.title};
  RECS_GO(recs__model_new(out, &parts, RECS_ERROR_FORMAT));
cleanup:
  recs__release(read.fallback);
  recs__release(read.scorer);
  recs__release(read.profiles);
  recs__release(read.histories);
  recs__release(read.items);
  recs__release(read.users);
  return status;
}
