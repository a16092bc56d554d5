#include "lib/analyze/sequences/measures.h"

#include "lib/analyze/sequences/jaro.h"
#include "lib/analyze/sequences/long_edit.h"

#include <recs/analyze.h>

#include <math.h>
#include <string.h>

/* A value before it is set against the lengths. Neither sequence is empty. */
typedef int32_t (*raw_fn)(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count);

/* How it is set against them; n is the longer of the two. */
typedef enum scale {
  AS_IT_IS,
  OF_LONGER,      /* x / n */
  OF_BOTH,        /* 2 x / (a + b) */
  LEFT_OF_LONGER, /* 1 - x / n */
} scale;

/* What `common` symbols in common allow for at best, before scaling. */
typedef double (*best_fn)(double common, double a_count, double b_count);

struct recs__measure {
  const char *name;
  raw_fn raw;
  best_fn best;
  scale scale;
  int is_distance;
  int autojunk;
  int below_lcs; /* no better than the longest common subsequence, which is found faster */
  void (*four)(uint32_t out[RECS__SHORT_LANES], const recs__profile *b, const uint32_t *const a[RECS__SHORT_LANES],
               const size_t a_counts[RECS__SHORT_LANES]); /* NULL, or four at once: the raw values, or where below_lcs is set their bound */
};

static double longer_of(double a_count, double b_count) {
  return a_count > b_count ? a_count : b_count;
}

static double scaled(scale how, double raw, double a_count, double b_count) {
  double longer = longer_of(a_count, b_count);
  switch (how) {
  case OF_LONGER:
    return raw / longer;
  case OF_BOTH:
    return 2.0 * raw / (a_count + b_count);
  case LEFT_OF_LONGER:
    return 1.0 - raw / longer;
  default:
    return raw;
  }
}

static double best_common(double common, double a_count, double b_count) {
  (void)a_count;
  (void)b_count;
  return common;
}

static double best_distance(double common, double a_count, double b_count) {
  return longer_of(a_count, b_count) - common;
}

static double best_jaro(double common, double a_count, double b_count) {
  return common == 0 ? 0 : (common / a_count + common / b_count + 1) / 3;
}

/* A common beginning of four, whatever Jaro's value; and a little more than rounding may add. */
static double best_winkler(double common, double a_count, double b_count) {
  double jaro = best_jaro(common, a_count, b_count);
  return jaro == 0 ? 0 : jaro + 0.4 * (1 - jaro) + 1e-12;
}

static int32_t find_total(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  recs__block_list list = {.lengths = NULL};
  desk->blocks.a = a;
  desk->blocks.b = stick->b.sequence;
  desk->blocks.a_count = (uint32_t)a_count;
  desk->blocks.b_count = stick->b.count;
  desk->blocks.popular = stick->limit != UINT32_MAX;
  RECS_TRY(recs__blocks_match(&desk->blocks, &list, &desk->bits, &stick->b, stick->limit));
  *out = (double)list.total;
  return RECS_OK;
}

static int32_t find_run(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  recs__range whole = {0, (uint32_t)a_count, 0, stick->b.count};
  recs__run_places places;
  int32_t status;
  if (recs__run_bits_fit(&stick->b, a_count)) {
    RECS_TRY(recs__run_bits_load(&desk->bits, &stick->b, a, a_count, UINT32_MAX));
    *out = recs__run_bits_longest(&desk->bits, &whole).length;
    return RECS_OK;
  }
  RECS_GO(recs__run_places_init(&places, &stick->b, a, a_count, UINT32_MAX));
  *out = recs__run_places_longest(&places, &whole).length;
cleanup:
  recs__run_places_free(&places);
  return status;
}

/* By whole columns where b has masks, else by strips. */
static int32_t edit(double *out, const recs__yardstick *stick, const uint32_t *a, size_t a_count,
                    uint32_t (*by_columns)(const recs__profile *b, const uint32_t *a, size_t a_count),
                    int32_t (*by_strips)(uint64_t *out, const recs_context *context, const uint32_t *a, size_t a_count,
                                         const uint32_t *b, size_t b_count)) {
  uint64_t value = 0;
  if (stick->b.words > 0)
    value = by_columns(&stick->b, a, a_count);
  else
    RECS_TRY(by_strips(&value, stick->context, a, a_count, stick->b.sequence, stick->b.count));
  *out = (double)value;
  return RECS_OK;
}

static int32_t find_lcs(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  (void)desk;
  return edit(out, stick, a, a_count, recs__short_lcs, recs__long_lcs);
}

static int32_t find_levenshtein(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  (void)desk;
  return edit(out, stick, a, a_count, recs__short_levenshtein, recs__long_levenshtein);
}

static int32_t find_osa(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  uint64_t distance = 0;
  (void)desk;
  if (stick->b.words > 0)
    distance = recs__short_osa(&stick->b, a, a_count);
  else
    RECS_TRY(recs__long_osa(&distance, &stick->b, a, a_count));
  *out = (double)distance;
  return RECS_OK;
}

static int32_t find_damerau(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  uint64_t distance = 0;
  (void)desk;
  RECS_TRY(recs__long_damerau(&distance, &stick->b, a, a_count));
  *out = (double)distance;
  return RECS_OK;
}

static int32_t find_jaro(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  RECS_TRY(recs__grow(stick->context, &desk->cells, &desk->room, recs__jaro_room(&stick->b, a_count), sizeof *desk->cells));
  *out = recs__jaro(&stick->b, a, a_count, desk->cells);
  return RECS_OK;
}

static int32_t find_winkler(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  RECS_TRY(find_jaro(out, stick, desk, a, a_count));
  *out = recs__winkler(*out, &stick->b, a, a_count);
  return RECS_OK;
}

static const recs__measure measures[] = {
    [RECS_SEQUENCE_RATIO] = {"ratio", find_total, best_common, OF_BOTH, 0, 1, 1, recs__short_lcs_four},
    [RECS_SEQUENCE_RATIO_PLAIN] = {"ratio_plain", find_total, best_common, OF_BOTH, 0, 0, 1, recs__short_lcs_four},
    [RECS_SEQUENCE_LCS] = {"lcs", find_lcs, best_common, AS_IT_IS, 0, 0, 0, recs__short_lcs_four},
    [RECS_SEQUENCE_LCS_SIMILARITY] = {"lcs_similarity", find_lcs, best_common, OF_LONGER, 0, 0, 0, recs__short_lcs_four},
    [RECS_SEQUENCE_INDEL_SIMILARITY] = {"indel_similarity", find_lcs, best_common, OF_BOTH, 0, 0, 0, recs__short_lcs_four},
    [RECS_SEQUENCE_LEVENSHTEIN] = {"levenshtein", find_levenshtein, best_distance, AS_IT_IS, 1, 0, 0, recs__short_levenshtein_four},
    [RECS_SEQUENCE_LEVENSHTEIN_SIMILARITY] = {"levenshtein_similarity", find_levenshtein, best_distance, LEFT_OF_LONGER, 0, 0, 0, recs__short_levenshtein_four},
    [RECS_SEQUENCE_OSA] = {"osa", find_osa, best_distance, AS_IT_IS, 1, 0, 0, NULL},
    [RECS_SEQUENCE_OSA_SIMILARITY] = {"osa_similarity", find_osa, best_distance, LEFT_OF_LONGER, 0, 0, 0, NULL},
    [RECS_SEQUENCE_DAMERAU] = {"damerau", find_damerau, best_distance, AS_IT_IS, 1, 0, 0, NULL},
    [RECS_SEQUENCE_DAMERAU_SIMILARITY] = {"damerau_similarity", find_damerau, best_distance, LEFT_OF_LONGER, 0, 0, 0, NULL},
    [RECS_SEQUENCE_JARO] = {"jaro", find_jaro, best_jaro, AS_IT_IS, 0, 0, 0, NULL},
    [RECS_SEQUENCE_JARO_WINKLER] = {"jaro_winkler", find_winkler, best_winkler, AS_IT_IS, 0, 0, 0, NULL},
    [RECS_SEQUENCE_RUN] = {"run", find_run, best_common, AS_IT_IS, 0, 0, 0, NULL},
    [RECS_SEQUENCE_RUN_SIMILARITY] = {"run_similarity", find_run, best_common, OF_LONGER, 0, 0, 0, NULL},
};
enum { MEASURES = sizeof measures / sizeof measures[0] };

int32_t recs__measure_find(const recs__measure **out, int32_t measure) {
  if (measure < RECS_SEQUENCE_RATIO || measure >= MEASURES)
    return recs__fail(RECS_ERROR_INVALID, "measure is %d, not 1 to %d", measure, MEASURES - 1);
  *out = &measures[measure];
  return RECS_OK;
}

int recs__measure_is_distance(const recs__measure *measure) {
  return measure->is_distance;
}

const char *recs_sequence_measure_name(int32_t measure) {
  return measure < RECS_SEQUENCE_RATIO || measure >= MEASURES ? NULL : measures[measure].name;
}

int32_t recs_sequence_measure(const char *name) {
  for (int32_t measure = RECS_SEQUENCE_RATIO; name != NULL && measure < MEASURES; measure++) {
    if (strcmp(name, measures[measure].name) == 0)
      return measure;
  }
  return 0;
}

int32_t recs_sequence_is_distance(int32_t measure) {
  return measure >= RECS_SEQUENCE_RATIO && measure < MEASURES && measures[measure].is_distance;
}

int32_t recs__yardstick_init(recs__yardstick *out, const recs_context *context, const recs__measure *measure, const uint32_t *b,
                             size_t b_count) {
  out->context = context;
  out->measure = measure;
  out->limit = recs__popular_limit(b_count, measure->autojunk);
  return recs__profile_init(&out->b, context, b, b_count);
}

void recs__yardstick_free(recs__yardstick *yardstick) {
  recs__profile_free(&yardstick->b);
}

/* Of an empty sequence nothing is alike, but for another one. */
static double of_empty(const recs__measure *measure, size_t longer) {
  if (measure->is_distance)
    return (double)longer;
  return longer == 0 && (measure->scale != AS_IT_IS || measure->raw == find_jaro || measure->raw == find_winkler) ? 1 : 0;
}

/* A raw value against the lengths. */
static double set_against(const recs__yardstick *stick, double raw, size_t a_count) {
  return scaled(stick->measure->scale, raw, (double)a_count, stick->b.count);
}

static int32_t apply_raw(double *out, const recs__yardstick *stick, recs__measure_desk *desk, const uint32_t *a, size_t a_count) {
  RECS_TRY(stick->measure->raw(out, stick, desk, a, a_count));
  *out = set_against(stick, *out, a_count);
  return RECS_OK;
}

int32_t recs__yardstick_apply(double *out, const recs__yardstick *yardstick, recs__measure_desk *desk, const uint32_t *a, size_t a_count,
                              double floor) {
  const recs__measure *measure = yardstick->measure;
  size_t b_count = yardstick->b.count;
  if (a_count == 0 || b_count == 0) {
    *out = of_empty(measure, a_count > b_count ? a_count : b_count);
    return RECS_OK;
  }
  if (measure->below_lcs && yardstick->b.words > 0 && floor > 0) {
    *out = set_against(yardstick, recs__short_lcs(&yardstick->b, a, a_count), a_count);
    if (*out < floor)
      return RECS_OK;
  }
  return apply_raw(out, yardstick, desk, a, a_count);
}

static int can_do_four(const recs__yardstick *stick, const size_t a_counts[RECS__SHORT_LANES], double floor) {
  if (stick->measure->four == NULL || stick->b.words == 0 || stick->b.count == 0 || (stick->measure->below_lcs && floor <= 0))
    return 0;
  for (int k = 0; k < RECS__SHORT_LANES; k++) {
    if (a_counts[k] == 0)
      return 0;
  }
  return 1;
}

int32_t recs__yardstick_apply_four(double out[RECS__SHORT_LANES], const recs__yardstick *yardstick, recs__measure_desk *desk,
                                   const uint32_t *const a[RECS__SHORT_LANES], const size_t a_counts[RECS__SHORT_LANES], double floor) {
  int together = can_do_four(yardstick, a_counts, floor);
  uint32_t raw[RECS__SHORT_LANES];
  if (together)
    yardstick->measure->four(raw, &yardstick->b, a, a_counts);
  for (int k = 0; k < RECS__SHORT_LANES; k++) {
    if (together)
      out[k] = set_against(yardstick, raw[k], a_counts[k]);
    if (!together)
      RECS_TRY(recs__yardstick_apply(&out[k], yardstick, desk, a[k], a_counts[k], floor));
    else if (yardstick->measure->below_lcs && out[k] >= floor)
      RECS_TRY(apply_raw(&out[k], yardstick, desk, a[k], a_counts[k]));
  }
  return RECS_OK;
}

double recs__yardstick_bound(const recs__yardstick *yardstick, uint32_t common, size_t a_count) {
  const recs__measure *measure = yardstick->measure;
  return set_against(yardstick, measure->best(common, (double)a_count, yardstick->b.count), a_count);
}

void recs__measure_desk_free(recs__measure_desk *desk, const recs_context *context) {
  recs__free(context, desk->blocks.stack);
  recs__free(context, desk->bits.cells);
  recs__free(context, desk->cells);
}
