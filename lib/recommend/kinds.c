/* The table of scorers, and fitting one by its name with settings in text. */
#include "lib/recommend/kinds.h"

#include "lib/recommend/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const recs__scorer_kind *const kinds[] = {
    &recs__popularity_kind,  &recs__content_kind,     &recs__user_knn_kind,    &recs__item_knn_kind,
    &recs__order_knn_kind,   &recs__markov_kind,      &recs__session_knn_kind, &recs__ease_kind,
    &recs__als_kind,         &recs__rule_scorer_kind, &recs__hybrid_kind,      &recs__hybrid_equal_kind,
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

uint32_t recs_scorer_kinds(void) {
  return KIND_COUNT;
}

const char *recs_scorer_kind_name(uint32_t index) {
  return index < KIND_COUNT ? kinds[index]->name : NULL;
}

int32_t recs__scorer_kind_find(const recs__scorer_kind **out, const char *name, size_t length) {
  char known[RECS__MESSAGE_SIZE / 2] = "", quoted[64];
  size_t used = 0;
  *out = NULL;
  for (size_t i = 0; i < KIND_COUNT; i++) {
    int more;
    if (strlen(kinds[i]->name) == length && memcmp(kinds[i]->name, name, length) == 0) {
      *out = kinds[i];
      return RECS_OK;
    }
    more = snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", kinds[i]->name);
    used += more > 0 && used + (size_t)more < sizeof known ? (size_t)more : 0;
  }
  recs__quote(quoted, sizeof quoted, name, length);
  return recs__fail(RECS_ERROR_NOT_FOUND, "no scorer %s; known: %s", quoted, known);
}

const recs_schema *recs_scorer_schema(const char *name) {
  const recs__scorer_kind *kind;
  recs__enter();
  if (name == NULL || recs__scorer_kind_find(&kind, name, strlen(name)) != RECS_OK)
    return NULL;
  return kind->schema;
}

/* The largest options struct of a scorer, aligned for each of them. */
typedef union any_options {
  recs_popularity_options popularity;
  recs_content_options content;
  recs_user_knn_options user_knn;
  recs_item_knn_options item_knn;
  recs_markov_options markov;
  recs_ease_options ease;
  recs_session_knn_options session_knn;
  recs_als_options als;
  recs_rule_scorer_options rule_scorer;
  recs_hybrid_options hybrid;
} any_options;

int32_t recs__scorer_fit(recs_scorer **out, const recs_training *training, const recs__scorer_kind *kind,
                         const void *options, const char *settings, const recs__progress *progress) {
  recs_context *context = recs__context_of(training->matrix);
  any_options chosen, checked;
  recs__settings pairs;
  int32_t status;
  *out = NULL;
  RECS_TRY(recs__options_load(&chosen, kind->schema, options));
  RECS_TRY(recs__settings_open(&pairs, context, settings));
  RECS_GO(recs__settings_apply(&pairs, &chosen, kind->schema, kind->has_parts));
  RECS_GO(recs__options_load(&checked, kind->schema, &chosen));
  RECS_GO(kind->fit(out, training, &checked, settings, progress));
cleanup:
  recs__settings_close(&pairs, context);
  return status;
}

/* What a validation brings and what it asks for: both or neither, of the same users. */
static int32_t check_validation(const recs_training *training, uint32_t users) {
  const recs_histories *brings = training->validation, *asks = training->validation_targets;
  if ((brings == NULL) != (asks == NULL))
    return recs__fail(RECS_ERROR_INVALID, "a validation needs both what requests bring and what they ask for");
  if (brings != NULL && (recs_histories_rows(brings) != users || recs_histories_rows(asks) != users))
    return recs__fail(RECS_ERROR_INVALID,
                      "the validation has %" PRIu32 " and %" PRIu32 " rows, the matrix has %" PRIu32,
                      recs_histories_rows(brings), recs_histories_rows(asks), users);
  return RECS_OK;
}

int32_t recs__training_load(recs_training *out, const recs_training *training) {
  uint32_t users, items;
  RECS_NOT_NULL(training);
  if (training->struct_size < sizeof *training)
    return recs__fail(RECS_ERROR_INVALID, "struct_size of the training is %zu, not %zu", training->struct_size,
                      sizeof *training);
  *out = *training;
  if (training->matrix == NULL)
    return recs__fail_null("training->matrix");
  users = recs_matrix_rows(training->matrix);
  items = recs_matrix_columns(training->matrix);
  if (training->histories != NULL && recs_histories_rows(training->histories) != users)
    return recs__fail(RECS_ERROR_INVALID, "the histories have %" PRIu32 " rows, the matrix has %" PRIu32,
                      recs_histories_rows(training->histories), users);
  if (training->items != NULL && recs_ids_count(recs_profiles_ids(training->items)) < items)
    return recs__fail(RECS_ERROR_INVALID, "the item profiles know %" PRIu32 " rows, the matrix has %" PRIu32 " columns",
                      recs_ids_count(recs_profiles_ids(training->items)), items);
  if (training->users != NULL && recs_ids_count(recs_profiles_ids(training->users)) < users)
    return recs__fail(RECS_ERROR_INVALID, "the user profiles know %" PRIu32 " rows, the matrix has %" PRIu32,
                      recs_ids_count(recs_profiles_ids(training->users)), users);
  return check_validation(training, users);
}

int32_t recs_scorer_fit(recs_scorer **out, const recs_training *training, const char *name, const char *settings,
                        recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  const recs__scorer_kind *kind;
  recs_training checked;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(name);
  RECS_TRY(recs__training_load(&checked, training));
  RECS_TRY(recs__scorer_kind_find(&kind, name, strlen(name)));
  return recs__scorer_fit(out, &checked, kind, NULL, settings, &whole);
}

/* One kind by its own options: the public fit function of each. */
#define FIT_BY_OPTIONS(label)                                                                                         \
  int32_t recs_##label##_fit(recs_scorer **out, const recs_training *training, const recs_##label##_options *options, \
                             recs_progress_fn progress, void *payload) {                                              \
    recs__progress whole = recs__progress_of(progress, payload);                                                      \
    recs_training checked;                                                                                            \
    recs__enter();                                                                                                    \
    RECS_NOT_NULL(out);                                                                                               \
    *out = NULL;                                                                                                      \
    RECS_TRY(recs__training_load(&checked, training));                                                                \
    return recs__scorer_fit(out, &checked, &recs__##label##_kind, options, NULL, &whole);                             \
  }

FIT_BY_OPTIONS(popularity)
FIT_BY_OPTIONS(content)
FIT_BY_OPTIONS(item_knn)
FIT_BY_OPTIONS(user_knn)
FIT_BY_OPTIONS(markov)
FIT_BY_OPTIONS(ease)
FIT_BY_OPTIONS(session_knn)
FIT_BY_OPTIONS(als)
FIT_BY_OPTIONS(rule_scorer)

#define INIT_OPTIONS(label)                                                                \
  int32_t recs_##label##_options_init(recs_##label##_options *options, size_t struct_size) { \
    return recs_options_init(options, recs__##label##_kind.schema, struct_size);           \
  }

INIT_OPTIONS(popularity)
INIT_OPTIONS(content)
INIT_OPTIONS(item_knn)
INIT_OPTIONS(user_knn)
INIT_OPTIONS(markov)
INIT_OPTIONS(ease)
INIT_OPTIONS(session_knn)
INIT_OPTIONS(als)
INIT_OPTIONS(rule_scorer)
INIT_OPTIONS(hybrid)
