/* Fitting a hybrid by the names of its parts. "hybrid-equal" weighs them equally; "hybrid" learns their weights. */
#include "lib/base/number.h"
#include "lib/recommend/hybrid.h"
#include "lib/recommend/learn.h"
#include "lib/recommend/settings.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const recs__choice modes[] = {
    {"scaled", RECS_HYBRID_SCALED},
    {"raw", RECS_HYBRID_RAW},
    {"rrf", RECS_HYBRID_RRF},
    {NULL, 0},
};

static const recs__field fields[] = {
    RECS__STRING(recs_hybrid_options, parts, NULL,
                 "Scorers joined by commas; not set: content,user-knn,item-knn, content only with item profiles."),
    RECS__STRING(recs_hybrid_options, weights, NULL,
                 "One number a part, joined by commas; not set: learned by hybrid, equal in hybrid-equal."),
    RECS__F64(recs_hybrid_options, rrf_k, 0.0, 1e9, 60.0, "The k of reciprocal-rank fusion."),
    RECS__CHOICE(recs_hybrid_options, mode, modes, "scaled|raw|rrf", RECS_HYBRID_SCALED, "How parts are brought to one scale."),
    RECS__RESERVED(recs_hybrid_options, reserved),
};
static const recs_schema schema = RECS__SCHEMA("hybrid", recs_hybrid_options, fields);

/* The parts' kinds and settings. */
typedef struct plan {
  recs_context *context;
  const recs__scorer_kind *kinds[RECS__MOST_PARTS];
  const char *names[RECS__MOST_PARTS];
  char *settings[RECS__MOST_PARTS];
  size_t count;
} plan;

static void plan_free(plan *self) {
  for (size_t p = 0; p < self->count; p++)
    recs__free(self->context, self->settings[p]);
}

static int32_t plan_add(plan *self, const char *name, size_t length) {
  const recs__scorer_kind *kind;
  RECS_TRY(recs__scorer_kind_find(&kind, name, length));
  if (kind->has_parts)
    return recs__fail(RECS_ERROR_INVALID, "a part of a hybrid cannot be %s", kind->name);
  for (size_t p = 0; p < self->count; p++) {
    if (self->kinds[p] == kind)
      return recs__fail(RECS_ERROR_INVALID, "parts name %s twice", kind->name);
  }
  self->kinds[self->count] = kind;
  self->names[self->count] = kind->name;
  self->settings[self->count++] = NULL;
  return RECS_OK;
}

static int32_t plan_parts(plan *self, const char *parts, const recs_training *training) {
  const char *at = parts != NULL ? parts : training->items != NULL ? "content,user-knn,item-knn" : "user-knn,item-knn";
  while (*at != 0) {
    size_t length = strcspn(at, ",");
    if (self->count == RECS__MOST_PARTS)
      return recs__fail(RECS_ERROR_INVALID, "parts name more than %d scorers", RECS__MOST_PARTS);
    RECS_TRY(plan_add(self, at, length));
    at += length + (at[length] == ',');
  }
  return self->count > 0 ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "parts name no scorer");
}

static int32_t plan_settings(plan *self, const char *text) {
  recs__settings settings;
  int32_t status = RECS_OK;
  RECS_TRY(recs__settings_open(&settings, self->context, text));
  RECS_GO(recs__settings_check_parts(&settings, self->names, self->count));
  for (size_t p = 0; p < self->count; p++)
    RECS_GO(recs__settings_of_part(&self->settings[p], self->context, &settings, self->names[p]));
cleanup:
  recs__settings_close(&settings, self->context);
  return status;
}

static int32_t parse_weights(double *weights, size_t count, const char *text) {
  char quoted[80];
  size_t found = 0;
  for (const char *at = text; *at != 0;) {
    size_t length = strcspn(at, ",");
    recs__quote(quoted, sizeof quoted, at, length);
    if (found == count)
      return recs__fail(RECS_ERROR_INVALID, "weights has more than %zu numbers, one for each part", count);
    if (!recs__parse_double(at, length, &weights[found++]))
      return recs__fail(RECS_ERROR_INVALID, "weights has %s, which is no number", quoted);
    at += length + (at[length] == ',');
  }
  if (found < count)
    return recs__fail(RECS_ERROR_INVALID, "weights has %zu numbers for %zu parts", found, count);
  return RECS_OK;
}

/* Fits every part to some training data; on failure there is none. */
static int32_t fit_parts(recs_scorer **parts, void *payload, const recs_training *training, const recs__progress *progress) {
  const plan *self = payload;
  for (size_t p = 0; p < self->count; p++) {
    recs__progress part = recs__progress_part(progress, (double)p / (double)self->count, (double)(p + 1) / (double)self->count);
    int32_t status = recs__scorer_fit(&parts[p], training, self->kinds[p], NULL, self->settings[p], &part);
    if (status != RECS_OK) {
      while (p-- > 0)
        recs_scorer_free(parts[p]);
      return status;
    }
  }
  return RECS_OK;
}

/* Learns weights if asked to, then fits the parts to everything. */
static int32_t fit_plan(recs_scorer **out, plan *self, const recs__scorer_kind *kind, const recs_training *training,
                        const recs_hybrid_options *options, const recs__progress *progress) {
  int learn = kind == &recs__hybrid_kind && options->weights == NULL && self->count > 1;
  recs__progress learning = recs__progress_part(progress, 0, 0.6);
  recs__progress fitting = recs__progress_part(progress, learn ? 0.6 : 0, 1);
  recs_scorer *parts[RECS__MOST_PARTS];
  double weights[RECS__MOST_PARTS];
  int32_t status;
  for (size_t p = 0; p < self->count; p++)
    weights[p] = 1;
  if (options->weights != NULL)
    RECS_TRY(parse_weights(weights, self->count, options->weights));
  if (learn)
    RECS_TRY(recs__hybrid_learn(weights, self->count, training, options, fit_parts, self, &learning));
  RECS_TRY(fit_parts(parts, self, training, &fitting));
  status = recs__hybrid_make(out, kind, (const recs_scorer *const *)parts, weights, self->count, options);
  for (size_t p = 0; p < self->count; p++)
    recs_scorer_free(parts[p]);
  return status;
}

static int32_t fit_kind(recs_scorer **out, const recs__scorer_kind *kind, const recs_training *training,
                        const recs_hybrid_options *options, const char *settings, const recs__progress *progress) {
  plan self = {.context = recs__context_of(training->matrix)};
  int32_t status;
  RECS_GO(plan_parts(&self, options->parts, training));
  RECS_GO(plan_settings(&self, settings));
  RECS_GO(fit_plan(out, &self, kind, training, options, progress));
cleanup:
  plan_free(&self);
  return status;
}

static int32_t fit(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                   const recs__progress *progress) {
  return fit_kind(out, &recs__hybrid_kind, training, options, settings, progress);
}

static int32_t fit_equal(recs_scorer **out, const recs_training *training, const void *options, const char *settings,
                         const recs__progress *progress) {
  return fit_kind(out, &recs__hybrid_equal_kind, training, options, settings, progress);
}

int32_t recs_hybrid_create(recs_scorer **out, const recs_scorer *const *parts, const double *weights, size_t count,
                           const recs_hybrid_options *options) {
  double equal[RECS__MOST_PARTS];
  recs_hybrid_options chosen;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(parts);
  if (count == 0 || count > RECS__MOST_PARTS)
    return recs__fail(RECS_ERROR_INVALID, "a hybrid has 1 to %d parts, not %zu", RECS__MOST_PARTS, count);
  for (size_t p = 0; p < count; p++) {
    equal[p] = 1;
    if (parts[p] == NULL)
      return recs__fail(RECS_ERROR_INVALID, "part %zu of the hybrid is NULL", p + 1);
  }
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  if (chosen.parts != NULL || chosen.weights != NULL)
    return recs__fail(RECS_ERROR_INVALID, "parts and weights of a hybrid of given scorers are arguments, not options");
  return recs__hybrid_make(out, &recs__hybrid_kind, parts, weights == NULL ? equal : weights, count, &chosen);
}

const recs__scorer_kind recs__hybrid_kind = {
    .name = "hybrid",
    .schema = &schema,
    .has_parts = 1,
    .fit = fit,
    .score = recs__hybrid_score,
    .similar = recs__hybrid_similar,
    .reasons = recs__hybrid_reasons,
    .write = recs__hybrid_write,
    .read = recs__hybrid_read,
};

const recs__scorer_kind recs__hybrid_equal_kind = {
    .name = "hybrid-equal",
    .schema = &schema,
    .has_parts = 1,
    .fit = fit_equal,
    .score = recs__hybrid_score,
    .similar = recs__hybrid_similar,
    .reasons = recs__hybrid_reasons,
    .write = recs__hybrid_write,
    .read = recs__hybrid_read,
};
