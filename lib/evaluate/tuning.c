#include "lib/evaluate/tuning.h"

#include <inttypes.h>

static void tuning_destroy(void *object) {
  recs_tuning *tuning = object;
  for (uint32_t i = 0; tuning->trials != NULL && i < tuning->room; i++)
    recs__free(tuning->object.context, tuning->trials[i].settings);
  recs__free(tuning->object.context, tuning->trials);
}

int32_t recs__tuning_new(recs_tuning **out, recs_context *context, uint32_t room) {
  recs_tuning *tuning = recs__object_new(context, sizeof *tuning, tuning_destroy);
  *out = tuning;
  if (tuning == NULL)
    return recs__fail_nomem();
  tuning->room = room;
  tuning->comparison.p_value = 1;
  tuning->trials = recs__alloc_zero(context, room, sizeof *tuning->trials);
  return tuning->trials == NULL ? recs__fail_nomem() : RECS_OK;
}

const char *recs_tuning_settings(const recs_tuning *tuning) {
  return tuning == NULL ? "" : tuning->trials[tuning->chosen].settings;
}

int32_t recs_tuning_improved(const recs_tuning *tuning) {
  return tuning != NULL && tuning->chosen != 0;
}

int32_t recs_tuning_comparison(recs_comparison *out, const recs_tuning *tuning) {
  recs__enter();
  RECS_NOT_NULL(out);
  RECS_NOT_NULL(tuning);
  *out = tuning->comparison;
  return RECS_OK;
}

uint32_t recs_tuning_trials(const recs_tuning *tuning) {
  return tuning == NULL ? 0 : tuning->count;
}

int32_t recs_tuning_trial(const char **settings, double *score, uint32_t *users, const recs_tuning *tuning,
                          uint32_t index) {
  recs__enter();
  RECS_NOT_NULL(tuning);
  if (index >= tuning->count)
    return recs__fail(RECS_ERROR_INVALID, "trial %" PRIu32 " of %" PRIu32, index, tuning->count);
  if (settings != NULL)
    *settings = tuning->trials[index].settings;
  if (score != NULL)
    *score = tuning->trials[index].score;
  if (users != NULL)
    *users = tuning->trials[index].users;
  return RECS_OK;
}

void recs_tuning_free(recs_tuning *tuning) {
  recs__release(tuning);
}
