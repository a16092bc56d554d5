/* From a log to a model. */
#include <string.h>

#include "lib/base/options.h"
#include "lib/base/progress.h"
#include "lib/data/event_rows.h"
#include "lib/data/histories.h"
#include "lib/data/ids.h"
#include "lib/data/matrix.h"
#include "lib/model/model.h"

static const char default_scorer[] = "hybrid";

static const recs__field model_fields[] = {
    RECS__POINTER(recs_model_options, items, "Item profiles over the log's items."),
    RECS__POINTER(recs_model_options, users, "User profiles over the log's users."),
    RECS__POINTER(recs_model_options, matrix, "How events become weights: recs_matrix_options."),
    RECS__STRING(recs_model_options, scorer, default_scorer, "The scorer's name."),
    RECS__STRING(recs_model_options, settings, NULL, "The scorer's options as key=value pairs."),
    RECS__STRING(recs_model_options, title, NULL, "A text field of the items that names them to people."),
    RECS__STRING(recs_model_options, fallback, "popularity",
                 "The scorer that fills short lists; none: no such scorer."),
    RECS__POINTER(recs_model_options, validation, "What requests of a validation bring."),
    RECS__POINTER(recs_model_options, validation_targets, "What requests of a validation ask for."),
};

static const recs_schema model_schema = RECS__SCHEMA("model", recs_model_options, model_fields);

const recs_schema *recs_model_schema(void) {
  return &model_schema;
}

int32_t recs_model_options_init(recs_model_options *options, size_t struct_size) {
  return recs_options_init(options, &model_schema, struct_size);
}

/* Where the time goes, by guess: the scorer takes most of it. */
static const double matrix_done = 0.1, histories_done = 0.2, fallback_done = 0.25;

/* All that is made on the way; the model holds what it needs of it. */
typedef struct fitting {
  recs_model_options options;
  recs__progress progress;
  recs_profiles *item_profiles;
  recs_profiles *user_profiles;
  recs_matrix *matrix;
  recs_histories *histories;
  recs_scorer *scorer;
  recs_scorer *fallback;
} fitting;

static void free_fitting(fitting *self) {
  recs__release(self->fallback);
  recs__release(self->scorer);
  recs__release(self->histories);
  recs__release(self->matrix);
  recs__release(self->user_profiles);
  recs__release(self->item_profiles);
}

static int32_t load_options(fitting *self, const recs_model_options *options) {
  recs_matrix_options matrix;
  RECS_TRY(recs__options_load(&self->options, &model_schema, options));
  RECS_TRY(recs__options_load(&matrix, recs_matrix_schema(), self->options.matrix));
  if (matrix.rows != RECS_ROWS_USERS)
    return recs__fail(RECS_ERROR_INVALID, "a model is fitted to users: the rows of its matrix cannot be sessions");
  if (self->options.scorer == NULL)
    self->options.scorer = default_scorer;
  /* Popularity behind popularity would add nothing. */
  if (self->options.fallback != NULL &&
      (self->options.fallback[0] == 0 || strcmp(self->options.fallback, "none") == 0 ||
       strcmp(self->options.fallback, self->options.scorer) == 0))
    self->options.fallback = NULL;
  return RECS_OK;
}

static int32_t freeze_profiles(recs_profiles **out, const recs_profiles *profiles, const recs_ids *ids,
                               const char *whose) {
  if (profiles == NULL)
    return RECS_OK;
  RECS_TRY(recs_profiles_freeze(out, profiles));
  return recs__model_check_profiles(*out, ids, whose, RECS_ERROR_INVALID);
}

/* All that can be wrong with the input is found before the long part begins. */
static int32_t prepare(fitting *self, const recs_events *events) {
  const recs_model_options *options = &self->options;
  recs_matrix_options weights;
  recs__event_rows rows;
  uint32_t field;
  int32_t status;
  RECS_TRY(freeze_profiles(&self->item_profiles, options->items, recs_events_items(events), "item"));
  RECS_TRY(freeze_profiles(&self->user_profiles, options->users, recs_events_users(events), "user"));
  RECS_TRY(recs__model_find_title(&field, self->item_profiles, options->title, RECS_ERROR_INVALID));
  RECS_TRY(recs__progress_at(&self->progress, 0.0));
  RECS_TRY(recs__matrix_options_load(&weights, options->matrix));
  RECS_GO(recs__event_rows_make(&rows, events, &weights));
  RECS_GO(recs__matrix_of_rows(&self->matrix, &rows));
  RECS_GO(recs__progress_at(&self->progress, matrix_done));
  RECS_GO(recs__histories_of_rows(&self->histories, &rows, 0));
  RECS_GO(recs__progress_at(&self->progress, histories_done));
cleanup:
  recs__event_rows_free(&rows);
  return status;
}

static int32_t fit_scorer(recs_scorer **out, const fitting *self, const char *name, const char *settings, double from,
                          double to) {
  recs_training training = {.struct_size = sizeof training,
                            .matrix = self->matrix,
                            .histories = self->histories,
                            .items = self->item_profiles,
                            .users = self->user_profiles,
                            .validation = self->options.validation,
                            .validation_targets = self->options.validation_targets};
  recs__progress part = recs__progress_part(&self->progress, from, to);
  return recs_scorer_fit(out, &training, name, settings, part.report == NULL ? NULL : recs__progress_relay, &part);
}

int32_t recs_model_fit(recs_model **out, const recs_events *events, const recs_model_options *options,
                       recs_progress_fn progress, void *payload) {
  fitting self = {.progress = recs__progress_of(progress, payload)};
  recs__model_parts parts;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(events);
  RECS_TRY(load_options(&self, options));
  RECS_GO(prepare(&self, events));
  if (self.options.fallback != NULL)
    RECS_GO(fit_scorer(&self.fallback, &self, self.options.fallback, NULL, histories_done, fallback_done));
  RECS_GO(fit_scorer(&self.scorer, &self, self.options.scorer, self.options.settings, fallback_done, 1.0));
  parts.users = recs_events_users(events);
  parts.items = recs_events_items(events);
  parts.histories = self.histories;
  parts.profiles = self.item_profiles;
  parts.scorer = self.scorer;
  parts.fallback = self.fallback;
  parts.title = self.options.title;
  RECS_GO(recs__model_new(out, &parts, RECS_ERROR_INVALID));
cleanup:
  free_fitting(&self);
  return status;
}
