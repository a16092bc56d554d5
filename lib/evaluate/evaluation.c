/* Figures: their names, means and values. */
#include "lib/evaluate/evaluation.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/number.h"
#include "lib/data/names.h"

/* In the order of RECS_METRIC_* and RECS__METRIC_*. */
static const struct {
  const char *name;
  int whole;  /* 1: of all users only */
  int lists;  /* 1: of lists */
  int at_all; /* 1: without a cutoff */
} metrics[RECS__METRICS] = {
    {"hr", 0, 0, 0},      {"recall", 0, 0, 0},    {"precision", 0, 0, 0}, {"ndcg", 0, 0, 0}, {"map", 0, 0, 0}, {"mrr", 0, 0, 0},
    {"auc", 0, 0, 1},     {"novelty", 0, 1, 0},   {"diversity", 0, 1, 0}, {"coverage", 1, 1, 0}, {"gini", 1, 1, 0},
};

static void evaluation_destroy(void *object) {
  recs_evaluation *evaluation = object;
  recs_context *context = evaluation->object.context;
  for (uint32_t i = 0; i < evaluation->figure_count; i++)
    recs__free(context, evaluation->figures[i].values);
  recs__free(context, evaluation->figures);
  recs__free(context, evaluation->rows);
}

static int32_t parse_cutoffs(recs_evaluation *out, const char *text) {
  const char *rest = text;
  char quoted[64];
  recs__piece piece;
  while (recs__names_next(&piece, &rest)) {
    uint64_t k;
    if (!recs__parse_u64(piece.text, piece.length, &k) || k < 1 || k > 1000000)
      return recs__fail(RECS_ERROR_INVALID, "cutoffs has %s, not a number from 1 to 1000000",
                        recs__quote(quoted, sizeof quoted, piece.text, piece.length));
    if (out->cutoff_count == RECS__MOST_CUTOFFS)
      return recs__fail(RECS_ERROR_INVALID, "there are more than %d cutoffs", RECS__MOST_CUTOFFS);
    if (out->cutoff_count > 0 && k <= out->cutoffs[out->cutoff_count - 1])
      return recs__fail(RECS_ERROR_INVALID, "cutoffs do not ascend: %" PRIu64 " comes after %" PRIu32, k,
                        out->cutoffs[out->cutoff_count - 1]);
    out->cutoffs[out->cutoff_count++] = (uint32_t)k;
  }
  return RECS_OK;
}

static int32_t add_figure(recs_evaluation *out, int32_t metric, uint32_t cutoff) {
  recs__figure *figure = &out->figures[out->figure_count++];
  figure->metric = metric;
  figure->cutoff = cutoff;
  figure->k = metrics[metric].at_all ? 0 : out->cutoffs[cutoff];
  if (figure->k == 0)
    snprintf(figure->name, sizeof figure->name, "%s", metrics[metric].name);
  else
    snprintf(figure->name, sizeof figure->name, "%s@%" PRIu32, metrics[metric].name, figure->k);
  if (metrics[metric].whole)
    return RECS_OK;
  figure->values = recs__alloc(out->object.context, out->users, sizeof *figure->values);
  return figure->values == NULL ? recs__fail_nomem() : RECS_OK;
}

static int32_t add_figures(recs_evaluation *out, int lists) {
  out->figures = recs__alloc_zero(out->object.context, (size_t)RECS__METRICS * out->cutoff_count, sizeof *out->figures);
  if (out->figures == NULL)
    return recs__fail_nomem();
  for (int32_t metric = 0; metric < RECS__METRICS; metric++) {
    uint32_t cutoffs = metrics[metric].at_all ? 1 : out->cutoff_count;
    for (uint32_t cutoff = 0; cutoff < cutoffs && (lists || !metrics[metric].lists); cutoff++)
      RECS_TRY(add_figure(out, metric, cutoff));
  }
  return RECS_OK;
}

int32_t recs__evaluation_new(recs_evaluation **out, recs_context *context, uint32_t users, const char *cutoffs,
                             int lists) {
  recs_evaluation *evaluation = recs__object_new(context, sizeof *evaluation, evaluation_destroy);
  int32_t status;
  *out = NULL;
  if (evaluation == NULL)
    return recs__fail_nomem();
  evaluation->users = users;
  RECS_GO(parse_cutoffs(evaluation, cutoffs));
  RECS_GO(add_figures(evaluation, lists));
  evaluation->rows = recs__alloc(context, users, sizeof *evaluation->rows);
  if (evaluation->rows == NULL) {
    status = recs__fail_nomem();
    goto cleanup;
  }
  *out = evaluation;
  evaluation = NULL;
cleanup:
  recs__release(evaluation);
  return status;
}

void recs__evaluation_finish(recs_evaluation *evaluation) {
  for (uint32_t i = 0; i < evaluation->figure_count; i++) {
    recs__figure *figure = &evaluation->figures[i];
    double sum = 0;
    uint32_t defined = 0;
    if (figure->values == NULL)
      continue;
    for (uint32_t user = 0; user < evaluation->users; user++) {
      if (isnan(figure->values[user]))
        continue;
      sum += figure->values[user];
      defined += 1;
    }
    figure->value = defined > 0 ? sum / defined : (double)NAN;
  }
}

uint32_t recs_evaluation_users(const recs_evaluation *evaluation) {
  return evaluation == NULL ? 0 : evaluation->users;
}

const uint32_t *recs_evaluation_rows(const recs_evaluation *evaluation) {
  return evaluation == NULL ? NULL : evaluation->rows;
}

uint64_t recs_evaluation_cold(const recs_evaluation *evaluation) {
  return evaluation == NULL ? 0 : evaluation->cold;
}

uint32_t recs_evaluation_new_users(const recs_evaluation *evaluation) {
  return evaluation == NULL ? 0 : evaluation->new_users;
}

uint32_t recs_evaluation_metrics(const recs_evaluation *evaluation) {
  return evaluation == NULL ? 0 : evaluation->figure_count;
}

static int32_t check_index(const recs_evaluation *evaluation, uint32_t index) {
  RECS_NOT_NULL(evaluation);
  if (index >= evaluation->figure_count)
    return recs__fail(RECS_ERROR_INVALID, "figure %" PRIu32 " of %" PRIu32, index, evaluation->figure_count);
  return RECS_OK;
}

int32_t recs_evaluation_metric(const char **name, uint32_t *k, double *value, const recs_evaluation *evaluation,
                               uint32_t index) {
  recs__enter();
  RECS_TRY(check_index(evaluation, index));
  if (name != NULL)
    *name = evaluation->figures[index].name;
  if (k != NULL)
    *k = evaluation->figures[index].k;
  if (value != NULL)
    *value = evaluation->figures[index].value;
  return RECS_OK;
}

static int32_t unknown_figure(const recs_evaluation *evaluation, const char *name) {
  char known[RECS__MESSAGE_SIZE - 100] = "", quoted[64];
  size_t used = 0;
  for (uint32_t i = 0; i < evaluation->figure_count && used < sizeof known; i++) {
    int more = snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", evaluation->figures[i].name);
    used += more > 0 ? (size_t)more : 0;
  }
  return recs__fail(RECS_ERROR_NOT_FOUND, "no metric %s; known: %s",
                    recs__quote(quoted, sizeof quoted, name, strlen(name)), known);
}

int32_t recs_evaluation_find(uint32_t *out_index, const recs_evaluation *evaluation, const char *name) {
  recs__enter();
  RECS_NOT_NULL(out_index);
  *out_index = RECS_NO_ROW;
  RECS_NOT_NULL(evaluation);
  RECS_NOT_NULL(name);
  for (uint32_t i = 0; i < evaluation->figure_count; i++) {
    if (strcmp(evaluation->figures[i].name, name) == 0) {
      *out_index = i;
      return RECS_OK;
    }
  }
  return unknown_figure(evaluation, name);
}

int32_t recs__evaluation_figure(const recs__figure **out, const recs_evaluation *evaluation, uint32_t index) {
  RECS_TRY(check_index(evaluation, index));
  *out = &evaluation->figures[index];
  if ((*out)->values == NULL)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s is of all users: no single one has it", (*out)->name);
  return RECS_OK;
}

int32_t recs_evaluation_values(const double **values, size_t *count, const recs_evaluation *evaluation,
                               uint32_t index) {
  const recs__figure *figure;
  recs__enter();
  RECS_NOT_NULL(values);
  *values = NULL;
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_TRY(recs__evaluation_figure(&figure, evaluation, index));
  *values = figure->values;
  *count = evaluation->users;
  return RECS_OK;
}

void recs_evaluation_free(recs_evaluation *evaluation) {
  recs__release(evaluation);
}
