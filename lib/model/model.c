/* A model: made of parts that fit each other, and taken apart. Serving is in serving.c and the files that use it. */
#include "lib/model/model.h"

#include <inttypes.h>
#include <string.h>

#include "lib/data/candidates.h"
#include "lib/data/histories.h"
#include "lib/data/profiles.h"
#include "lib/recommend/scorer.h"

static void model_destroy(void *object) {
  recs_model *model = object;
  recs__boards_free(model->boards);
  recs__release(model->live);
  recs__free(model->object.context, model->title);
  recs__release(model->fallback);
  recs__release(model->scorer);
  recs__release(model->profiles);
  recs__release(model->histories);
  recs__release(model->items);
  recs__release(model->users);
}

int32_t recs__model_check_profiles(const recs_profiles *profiles, const recs_ids *ids, const char *whose,
                                   int32_t misfit) {
  const recs_ids *own = recs_profiles_ids(profiles);
  if (!recs__ids_same(own, ids))
    return recs__fail(misfit, "the %s profiles are over another dictionary than the %ss", whose, whose);
  if (recs_ids_count(own) != recs_ids_count(ids))
    return recs__fail(misfit, "the %s profiles cover %" PRIu32 " %ss of %" PRIu32 ": freeze them later", whose,
                      recs_ids_count(own), whose, recs_ids_count(ids));
  return RECS_OK;
}

/* Every row that one part holds must be one that the other knows. */
static int32_t check_parts(const recs__model_parts *parts, int32_t misfit) {
  uint32_t items = recs_ids_count(parts->items);
  if (parts->histories->rows > recs_ids_count(parts->users))
    return recs__fail(misfit, "there are histories of %" PRIu32 " users, but only %" PRIu32 " users",
                      parts->histories->rows, recs_ids_count(parts->users));
  if (parts->histories->items > items)
    return recs__fail(misfit, "the histories are over %" PRIu32 " items, but there are only %" PRIu32,
                      parts->histories->items, items);
  if (parts->scorer->items != items)
    return recs__fail(misfit, "the scorer knows %" PRIu32 " items, not %" PRIu32, parts->scorer->items, items);
  if (parts->fallback != NULL && parts->fallback->items != items)
    return recs__fail(misfit, "the fallback knows %" PRIu32 " items, not %" PRIu32, parts->fallback->items, items);
  return parts->profiles == NULL ? RECS_OK : recs__model_check_profiles(parts->profiles, parts->items, "item", misfit);
}

int32_t recs__model_find_title(uint32_t *out_field, const recs_profiles *profiles, const char *title, int32_t misfit) {
  int32_t type;
  *out_field = RECS_NO_ROW;
  if (title == NULL || title[0] == 0)
    return RECS_OK;
  if (profiles == NULL)
    return recs__fail(misfit, "a title needs item profiles to stand in");
  RECS_TRY(recs__profiles_find_field(out_field, profiles, title));
  RECS_TRY(recs_profiles_field(NULL, &type, NULL, profiles, *out_field));
  return type == RECS_FIELD_TEXT ? RECS_OK : recs__fail(misfit, "the title field %s holds no text", title);
}

static int32_t take_title(recs_model *model, const char *title, int32_t misfit) {
  RECS_TRY(recs__model_find_title(&model->title_field, model->profiles, title, misfit));
  if (model->title_field == RECS_NO_ROW)
    return RECS_OK;
  model->title = recs__copy(model->object.context, title, strlen(title) + 1, 1);
  return model->title == NULL ? recs__fail_nomem() : RECS_OK;
}

/* Items that were removed from the dictionary have no id to be recommended by. */
static int32_t find_live(recs_model *model) {
  uint32_t count = recs_ids_count(model->items);
  if (recs_ids_live(model->items) == count)
    return RECS_OK;
  RECS_TRY(recs_candidates_create(&model->live, model->object.context, count, NULL, 0, NULL, 0));
  for (uint32_t row = 0; row < count; row++) {
    if (recs__ids_removed(model->items, row))
      recs__candidates_drop(model->live, row);
  }
  return RECS_OK;
}

static int32_t fill(recs_model *model, const recs__model_parts *parts, int32_t misfit) {
  model->histories = recs__hold(parts->histories);
  model->scorer = recs__hold(parts->scorer);
  model->fallback = recs__hold(parts->fallback);
  RECS_TRY(recs_ids_freeze(&model->users, parts->users));
  RECS_TRY(recs_ids_freeze(&model->items, parts->items));
  if (parts->profiles != NULL)
    RECS_TRY(recs_profiles_freeze(&model->profiles, parts->profiles));
  RECS_TRY(take_title(model, parts->title, misfit));
  RECS_TRY(find_live(model));
  model->boards = recs__boards_new(model->object.context, recs_ids_count(model->items));
  return model->boards == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__model_new(recs_model **out, const recs__model_parts *parts, int32_t misfit) {
  recs_model *model;
  int32_t status;
  *out = NULL;
  RECS_TRY(check_parts(parts, misfit));
  model = recs__object_new(recs__context_of(parts->scorer), sizeof *model, model_destroy);
  if (model == NULL)
    return recs__fail_nomem();
  status = fill(model, parts, misfit);
  if (status != RECS_OK) {
    recs__release(model);
    return status;
  }
  *out = model;
  return RECS_OK;
}

int32_t recs_model_create(recs_model **out, const recs_ids *users, const recs_ids *items,
                          const recs_histories *histories, const recs_profiles *profiles, const recs_scorer *scorer,
                          const recs_scorer *fallback, const char *title) {
  recs__model_parts parts = {users, items, histories, profiles, scorer, fallback, title};
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(users);
  RECS_NOT_NULL(items);
  RECS_NOT_NULL(histories);
  RECS_NOT_NULL(scorer);
  return recs__model_new(out, &parts, RECS_ERROR_INVALID);
}

const recs_ids *recs_model_users(const recs_model *model) {
  return model == NULL ? NULL : model->users;
}

const recs_ids *recs_model_items(const recs_model *model) {
  return model == NULL ? NULL : model->items;
}

const recs_profiles *recs_model_profiles(const recs_model *model) {
  return model == NULL ? NULL : model->profiles;
}

const recs_histories *recs_model_histories(const recs_model *model) {
  return model == NULL ? NULL : model->histories;
}

const recs_scorer *recs_model_scorer(const recs_model *model) {
  return model == NULL ? NULL : model->scorer;
}

const recs_scorer *recs_model_fallback(const recs_model *model) {
  return model == NULL ? NULL : model->fallback;
}

const char *recs_model_title(const recs_model *model, uint32_t item) {
  const char *name = "";
  if (model == NULL || item >= recs_ids_count(model->items) || recs__ids_removed(model->items, item))
    return "";
  if (model->title != NULL && recs_profiles_text(&name, NULL, model->profiles, item, model->title_field) == RECS_OK &&
      name[0] != 0)
    return name;
  return recs_ids_name(&name, NULL, model->items, item) == RECS_OK ? name : "";
}

void recs_model_free(recs_model *model) {
  recs__release(model);
}
