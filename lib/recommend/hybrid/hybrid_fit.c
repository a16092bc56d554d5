/* Fitting a hybrid by the names of its parts. "hybrid-equal" weighs them equally; "hybrid" learns their weights. */
#include "lib/base/number.h"
#include "lib/recommend/hybrid/learn.h"
#include "lib/recommend/hybrid/plan.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const recs__choice modes[] = {
    {"scaled", RECS_HYBRID_SCALED},
    {"raw", RECS_HYBRID_RAW},
    {"rrf", RECS_HYBRID_RRF},
    {NULL, 0},
};

static const recs__choice holds[] = {
    {"last", RECS_HOLD_LAST},
    {"any", RECS_HOLD_ANY},
    {NULL, 0},
};

static const recs__field fields[] = {
    RECS__STRING(recs_hybrid_options, parts, NULL,
                 "Scorers joined by commas; not set: hybrid weighs all that the data allow, hybrid-equal content,user-knn,item-knn."),
    RECS__STRING(recs_hybrid_options, weights, NULL,
                 "One number a part, joined by commas; not set: learned by hybrid, equal in hybrid-equal."),
    RECS__F64(recs_hybrid_options, rrf_k, 0.0, 1e9, 60.0, "The k of reciprocal-rank fusion."),
    RECS__CHOICE(recs_hybrid_options, mode, modes, "scaled|raw|rrf", RECS_HYBRID_SCALED, "How parts are brought to one scale."),
    RECS__CHOICE(recs_hybrid_options, hold, holds, "last|any", RECS_HOLD_LAST,
                 "What learning holds back of a user: the last item, or any of them where order says nothing."),
    RECS__F64(recs_hybrid_options, power, 0.0, 1.0, 0.0,
              "Scaled scores are raised to this power; 0: learned by hybrid, 1 in hybrid-equal."),
};
static const recs_schema schema = RECS__SCHEMA("hybrid", recs_hybrid_options, fields);

static int32_t check_power(const recs_hybrid_options *options) {
  if (options->power > 0 && options->power != 1 && options->mode != RECS_HYBRID_SCALED)
    return recs__fail(RECS_ERROR_INVALID, "power is %g: only scaled scores are raised to a power", options->power);
  return RECS_OK;
}

/* A power that is left open is 1 until one is learned. */
static void begin(recs__mixture *mixture, uint32_t parts, const double *weights, const recs_hybrid_options *options) {
  recs__mixture_init(mixture, parts, weights);
  mixture->power = options->power > 0 ? options->power : 1;
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

/* Scores are raised to one of these where the caller leaves it open: they stay, or what a part puts second comes nearer to its first. */
static const double powers[] = {1, 0.5};

/* Asks the parts, and learns; `*learned` is 0 where too few answers reach anything. */
static int32_t learn_from(int *learned, recs__mixture *mixture, recs_scorer **parts, const recs__exam *exam,
                          const recs_hybrid_options *options, const recs__progress *progress) {
  int open = options->mode == RECS_HYBRID_SCALED && options->power == 0;
  recs_scorer *hybrid;
  recs__ballots ballots;
  int32_t status;
  RECS_TRY(recs__hybrid_make(&hybrid, &recs__hybrid_kind, (const recs_scorer *const *)parts, mixture, options));
  status = recs__ballots_cast(&ballots, (const recs__hybrid *)hybrid, exam, progress);
  recs_scorer_free(hybrid);
  RECS_TRY(status);
  *learned = ballots.count >= RECS__FEWEST_BALLOTS;
  if (*learned)
    status = recs__learn(mixture, &ballots, open ? powers : &mixture->power, open ? sizeof powers / sizeof powers[0] : 1);
  recs__ballots_free(&ballots);
  return status;
}

/* What was fitted to learn from, where that is all there is to fit; else the parts that weigh something, fitted to everything. */
static int32_t fit_for_good(recs_scorer **parts, recs__plan *plan, recs__mixture *mixture, const recs__exam *exam,
                            const recs_training *training, int drop, const recs__progress *progress) {
  uint32_t places[RECS__MOST_PARTS], count = plan->count;
  for (uint32_t p = 0; p < count; p++)
    places[p] = p;
  if (drop)
    recs__mixture_drop(mixture, places);
  if (exam->held_back)
    recs__plan_free_parts(parts, count);
  recs__plan_keep(plan, places, mixture->parts);
  if (exam->held_back)
    return recs__plan_fit(parts, plan, training, progress);
  for (uint32_t p = 0, kept = 0; p < count; p++) {
    if (kept < mixture->parts && places[kept] == p)
      parts[kept++] = parts[p];
    else
      recs_scorer_free(parts[p]);
  }
  return RECS_OK;
}

/* Of the progress, what learning takes. */
static const double LEARNED = 0.6;

/* Fits the parts without what the exam asks for, learns the mixture, and fits for good. */
static int32_t fit_by_exam(recs_scorer **out, recs__plan *plan, const recs__exam *exam, const recs_training *training,
                           const recs_hybrid_options *options, const recs__progress *progress) {
  recs__progress rest = recs__progress_part(progress, 0, 0.4), learning = recs__progress_part(progress, 0.4, LEARNED);
  recs__progress whole = recs__progress_part(progress, LEARNED, 1);
  recs_scorer *parts[RECS__MOST_PARTS];
  recs__mixture mixture;
  int learned = 0;
  int32_t status;
  begin(&mixture, plan->count, NULL, options);
  RECS_TRY(recs__plan_fit(parts, plan, &exam->training, &rest));
  status = learn_from(&learned, &mixture, parts, exam, options, &learning);
  if (status != RECS_OK || !learned) {
    recs__plan_free_parts(parts, plan->count);
    return status;
  }
  RECS_TRY(fit_for_good(parts, plan, &mixture, exam, training, options->parts == NULL, &whole));
  status = recs__hybrid_make(out, &recs__hybrid_kind, (const recs_scorer *const *)parts, &mixture, options);
  recs__plan_free_parts(parts, plan->count);
  return status;
}

/* A hybrid of learned weights; none, where there is too little to learn from: `*progress` is then what is left of it. */
static int32_t fit_learning(recs_scorer **out, const recs_training *training, const recs_hybrid_options *options,
                            const char *settings, recs__progress *progress) {
  recs__plan plan;
  recs__exam exam;
  int32_t status;
  RECS_TRY(recs__plan_open(&plan, training, options->parts, 1, settings));
  RECS_GO(recs__exam_open(&exam, training, options->hold == RECS_HOLD_ANY));
  if (plan.count > 1 && exam.count >= RECS__FEWEST_BALLOTS) {
    status = fit_by_exam(out, &plan, &exam, training, options, progress);
    *progress = recs__progress_part(progress, LEARNED, 1);
  }
  recs__exam_close(&exam);
cleanup:
  recs__plan_close(&plan);
  return status;
}

/* A hybrid of given or equal weights. */
static int32_t fit_plainly(recs_scorer **out, const recs__scorer_kind *kind, const recs_training *training,
                           const recs_hybrid_options *options, const char *settings, const recs__progress *progress) {
  double weights[RECS__MOST_PARTS];
  recs_scorer *parts[RECS__MOST_PARTS];
  recs__mixture mixture;
  recs__plan plan;
  int32_t status;
  RECS_TRY(recs__plan_open(&plan, training, options->parts, 0, settings));
  if (options->weights != NULL)
    RECS_GO(parse_weights(weights, plan.count, options->weights));
  begin(&mixture, plan.count, options->weights != NULL ? weights : NULL, options);
  RECS_GO(recs__mixture_check(&mixture));
  RECS_GO(recs__plan_fit(parts, &plan, training, progress));
  status = recs__hybrid_make(out, kind, (const recs_scorer *const *)parts, &mixture, options);
  recs__plan_free_parts(parts, plan.count);
cleanup:
  recs__plan_close(&plan);
  return status;
}

static int32_t fit_kind(recs_scorer **out, const recs__scorer_kind *kind, const recs_training *training,
                        const recs_hybrid_options *options, const char *settings, const recs__progress *progress) {
  recs__progress left = *progress;
  RECS_TRY(check_power(options));
  if (kind == &recs__hybrid_kind && options->weights == NULL)
    RECS_TRY(fit_learning(out, training, options, settings, &left));
  return *out != NULL ? RECS_OK : fit_plainly(out, kind, training, options, settings, &left);
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
  recs_hybrid_options chosen;
  recs__mixture mixture;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(parts);
  if (count == 0 || count > RECS__MOST_PARTS)
    return recs__fail(RECS_ERROR_INVALID, "a hybrid has 1 to %d parts, not %zu", RECS__MOST_PARTS, count);
  for (size_t p = 0; p < count; p++) {
    if (parts[p] == NULL)
      return recs__fail(RECS_ERROR_INVALID, "part %zu of the hybrid is NULL", p + 1);
  }
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  RECS_TRY(check_power(&chosen));
  if (chosen.parts != NULL || chosen.weights != NULL)
    return recs__fail(RECS_ERROR_INVALID, "parts and weights of a hybrid of given scorers are arguments, not options");
  begin(&mixture, (uint32_t)count, weights, &chosen);
  return recs__hybrid_make(out, &recs__hybrid_kind, parts, &mixture, &chosen);
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
