#include "lib/recommend/recency.h"

#include <math.h>

static int stands_apart(const int64_t *times, size_t place) {
  return times == NULL || times[place] == RECS_NO_TIME || times[place] != times[place + 1];
}

static void fade_steps(double *fades, const recs_history *history, double step) {
  double fade = 1;
  for (size_t i = history->count; i-- > 0;) {
    if (i + 1 < history->count && stands_apart(history->times, i))
      fade *= step;
    fades[i] *= fade;
  }
}

static void fade_ages(double *fades, const recs_history *history, double half_life) {
  int64_t latest = RECS_NO_TIME, oldest = INT64_MAX;
  for (size_t i = 0; i < history->count; i++) {
    int64_t time = history->times[i];
    latest = time > latest ? time : latest; /* unknown is the smallest number */
    oldest = time != RECS_NO_TIME && time < oldest ? time : oldest;
  }
  if (latest == RECS_NO_TIME)
    return;
  for (size_t i = 0; i < history->count; i++) {
    int64_t time = history->times[i] == RECS_NO_TIME ? oldest : history->times[i];
    fades[i] *= exp2(((double)time - (double)latest) / half_life);
  }
}

int32_t recs__faded_init(recs__faded *out, const recs_context *context, const recs__recency *recency,
                         const recs_history *history) {
  int by_age = recency->half_life > 0 && history->times != NULL;
  double *fades;
  float *weights;
  out->history = *history;
  out->fades = NULL;
  if ((recency->step == 1 && !by_age) || history->count == 0)
    return RECS_OK;
  fades = recs__alloc(context, history->count, sizeof *fades);
  weights = recs__alloc(context, history->count, sizeof *weights);
  if (fades == NULL || weights == NULL) {
    recs__free(context, fades);
    recs__free(context, weights);
    return recs__fail_nomem();
  }
  for (size_t i = 0; i < history->count; i++)
    fades[i] = 1;
  fade_steps(fades, history, recency->step);
  if (by_age)
    fade_ages(fades, history, recency->half_life);
  for (size_t i = 0; i < history->count; i++)
    weights[i] = (float)(fades[i] * (history->weights == NULL ? 1 : (double)history->weights[i]));
  out->history.weights = weights;
  out->fades = fades;
  return RECS_OK;
}

void recs__faded_free(recs__faded *faded, const recs_context *context) {
  if (faded->fades == NULL)
    return;
  recs__free(context, (void *)(uintptr_t)faded->history.weights);
  recs__free(context, (void *)(uintptr_t)faded->fades);
}

int32_t recs__recency_write(const recs__recency *recency, recs__writer *writer) {
  RECS_TRY(recs__write_f64(writer, "recency", recency->step));
  return recs__write_f64(writer, "half_life", recency->half_life);
}

int32_t recs__recency_read(recs__recency *out, recs__reader *reader) {
  RECS_TRY(recs__read_f64(reader, "recency", &out->step));
  RECS_TRY(recs__read_f64(reader, "half_life", &out->half_life));
  if (!(out->step >= 0 && out->step <= 1 && out->half_life >= 0 && out->half_life < HUGE_VAL))
    return recs__fail(RECS_ERROR_FORMAT, "a history fades by %g a step and by half in %g", out->step, out->half_life);
  return RECS_OK;
}
