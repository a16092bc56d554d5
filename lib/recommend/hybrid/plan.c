#include "lib/recommend/hybrid/plan.h"

#include "lib/recommend/settings.h"

#include <string.h>

/* What a scorer learns from, beside the matrix. */
enum { NEEDS_ITEMS = 1, NEEDS_HISTORIES = 2 };

/* The parts that a hybrid learns to weigh when its caller names none, in the order in which they are tried. The settings are laid
 * under the caller's: they were chosen on validation events of several logs. EASE is exact up to about 5,000 items, and
 * local beyond, where an exact fit would outlast all others. */
static const struct standard {
  const char *name;
  int needs;
  int plain; /* 1: one of the three of the plain hybrid */
  const char *settings;
} standards[] = {
    {"content", NEEDS_ITEMS, 1, "recency=0.7"},
    {"user-knn", 0, 1, "recency=0.7"},
    {"item-knn", 0, 1, ""},
    {"order-knn", NEEDS_HISTORIES, 0, ""},
    {"markov", NEEDS_HISTORIES, 0, ""},
    {"session-knn", NEEDS_HISTORIES, 0, ""},
    {"als", 0, 0, "recency=0.6"},
    {"ease", 0, 0, "memory_mb=256"},
    {"popularity", 0, 0, ""},
};

enum { STANDARDS = sizeof standards / sizeof standards[0] };

static int suits(const recs_training *training, const struct standard *part) {
  return ((part->needs & NEEDS_ITEMS) == 0 || training->items != NULL) &&
         ((part->needs & NEEDS_HISTORIES) == 0 || training->histories != NULL);
}

static int32_t add_part(recs__plan *plan, const char *name, size_t length) {
  const recs__scorer_kind *kind;
  if (plan->count == RECS__MOST_PARTS)
    return recs__fail(RECS_ERROR_INVALID, "parts name more than %d scorers", RECS__MOST_PARTS);
  RECS_TRY(recs__scorer_kind_find(&kind, name, length));
  if (kind->has_parts)
    return recs__fail(RECS_ERROR_INVALID, "a part of a hybrid cannot be %s", kind->name);
  for (uint32_t p = 0; p < plan->count; p++) {
    if (plan->kinds[p] == kind)
      return recs__fail(RECS_ERROR_INVALID, "parts name %s twice", kind->name);
  }
  plan->kinds[plan->count++] = kind;
  return RECS_OK;
}

static int32_t add_named(recs__plan *plan, const char *names) {
  for (const char *at = names; *at != 0;) {
    size_t length = strcspn(at, ",");
    RECS_TRY(add_part(plan, at, length));
    at += length + (at[length] == ',');
  }
  return plan->count > 0 ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "parts name no scorer");
}

static int32_t add_standards(recs__plan *plan, const recs_training *training, int broad) {
  for (size_t i = 0; i < STANDARDS; i++) {
    if ((broad || standards[i].plain) && suits(training, &standards[i]))
      RECS_TRY(add_part(plan, standards[i].name, strlen(standards[i].name)));
  }
  return RECS_OK;
}

static const char *standard_settings(const char *name) {
  for (size_t i = 0; i < STANDARDS; i++) {
    if (strcmp(standards[i].name, name) == 0)
      return standards[i].settings;
  }
  return "";
}

/* A part's own settings behind the standard ones, which they overrule. */
static int32_t join_settings(char **out, const recs__plan *plan, const recs__settings *given, const char *name,
                             const char *standard) {
  char *own;
  size_t length = strlen(standard);
  RECS_TRY(recs__settings_of_part(&own, plan->context, given, name));
  *out = recs__alloc(plan->context, length + strlen(own) + 2, 1);
  if (*out != NULL) {
    memcpy(*out, standard, length);
    (*out)[length] = '\n';
    memcpy(*out + length + 1, own, strlen(own) + 1);
  }
  recs__free(plan->context, own);
  return *out == NULL ? recs__fail_nomem() : RECS_OK;
}

/* Refuses settings for a part that is not there; those of a standard part that these data have no use for say nothing. */
static int32_t check_settings(const recs__plan *plan, const recs__settings *given, int named) {
  const char *names[RECS__MOST_PARTS + STANDARDS];
  size_t count = 0;
  for (uint32_t p = 0; p < plan->count; p++)
    names[count++] = plan->kinds[p]->name;
  for (size_t i = 0; i < STANDARDS && !named; i++)
    names[count++] = standards[i].name;
  return recs__settings_check_parts(given, names, count);
}

static int32_t add_settings(recs__plan *plan, const char *text, int named, int broad) {
  recs__settings given;
  int32_t status;
  RECS_TRY(recs__settings_open(&given, plan->context, text));
  RECS_GO(check_settings(plan, &given, named));
  for (uint32_t p = 0; p < plan->count; p++) {
    const char *name = plan->kinds[p]->name;
    RECS_GO(join_settings(&plan->settings[p], plan, &given, name, broad ? standard_settings(name) : ""));
  }
cleanup:
  recs__settings_close(&given, plan->context);
  return status;
}

int32_t recs__plan_open(recs__plan *plan, const recs_training *training, const char *names, int broad,
                        const char *settings) {
  int32_t status;
  memset(plan, 0, sizeof *plan);
  plan->context = recs__context_of(training->matrix);
  broad = broad && names == NULL;
  RECS_GO(names != NULL ? add_named(plan, names) : add_standards(plan, training, broad));
  RECS_GO(add_settings(plan, settings, names != NULL, broad));
  return RECS_OK;
cleanup:
  recs__plan_close(plan);
  return status;
}

void recs__plan_close(recs__plan *plan) {
  for (uint32_t p = 0; p < plan->count; p++)
    recs__free(plan->context, plan->settings[p]);
  plan->count = 0;
}

void recs__plan_keep(recs__plan *plan, const uint32_t *places, uint32_t count) {
  char *settings[RECS__MOST_PARTS];
  for (uint32_t p = 0; p < count; p++) {
    plan->kinds[p] = plan->kinds[places[p]]; /* places ascend */
    settings[p] = plan->settings[places[p]];
    plan->settings[places[p]] = NULL;
  }
  recs__plan_close(plan);
  memcpy(plan->settings, settings, count * sizeof *settings);
  plan->count = count;
}

int32_t recs__plan_fit(recs_scorer **parts, const recs__plan *plan, const recs_training *training,
                       const recs__progress *progress) {
  for (uint32_t p = 0; p < plan->count; p++) {
    recs__progress part = recs__progress_part(progress, (double)p / plan->count, (double)(p + 1) / plan->count);
    int32_t status = recs__scorer_fit(&parts[p], training, plan->kinds[p], NULL, plan->settings[p], &part);
    if (status != RECS_OK) {
      recs__plan_free_parts(parts, p);
      return status;
    }
  }
  return RECS_OK;
}

void recs__plan_free_parts(recs_scorer **parts, uint32_t count) {
  for (uint32_t p = 0; p < count; p++)
    recs_scorer_free(parts[p]);
}
