/* Random search with successive halving, on the validation part. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/options.h"
#include "lib/evaluate/evaluation.h"
#include "lib/evaluate/knobs.h"
#include "lib/evaluate/sample.h"
#include "lib/evaluate/tuning.h"
#include "lib/model/model.h"

enum {
  HALVING = 3,           /* one of so many goes on, to so many times the users */
  FEWEST_EVENTS = 50000, /* smaller logs are always fitted whole */
  FEWEST_REFINED = 8,    /* with fewer trials all are drawn anywhere */
  FEWEST_AT_ONCE = 5,    /* trials of a go */
  MOST_REDRAWS = 50,     /* of settings that the scorer refuses */
  MOST_RUNGS = 12
};

static const recs__field tune_fields[] = {
    RECS__STRING(recs_tune_options, metric, "ndcg@10", "What is made large."),
    RECS__F64(recs_tune_options, level, 1e-6, 1 - 1e-6, 0.95, "The level of the interval that must lie above 0."),
    RECS__U64(recs_tune_options, seed, 0, UINT64_MAX, 1, "Seed of what is drawn."),
    RECS__U32(recs_tune_options, trials, 1, 100000, 20, "Settings to try beside those given."),
    RECS__U32(recs_tune_options, least_users, 1, UINT32_MAX, 500, "The fewest users that settings are tried on."),
};

static const recs_schema tune_schema = RECS__SCHEMA("tune", recs_tune_options, tune_fields);

const recs_schema *recs_tune_schema(void) {
  return &tune_schema;
}

int32_t recs_tune_options_init(recs_tune_options *options, size_t struct_size) {
  return recs_options_init(options, &tune_schema, struct_size);
}

/* A step of the halving: on how many users, fitted to which share of the events, and how many go on to it. */
typedef struct rung {
  uint32_t users;
  double share;
  uint32_t trials;
} rung;

typedef struct search {
  recs_context *context;
  const recs__stage *stage;
  int repeats;
  recs_model_options model;
  recs_evaluate_options asked;
  recs_tune_options options;
  recs_progress_fn host;
  void *host_payload;
  double reached; /* by the host's progress */
  recs__progress progress;
  double work_done;
  double work_planned;
  recs__sample sample; /* what the rung is fitted to and asks about */
  recs__knobs knobs;
  recs_scorer *scorer; /* of the settings given: the knobs borrow from it */
  recs_tuning *out;
  recs_evaluation *given; /* of the settings given, on all users */
  recs_evaluation *best;  /* of the best trial that went to the end, or NULL */
  uint32_t best_trial;
} search;

/* The host's progress never goes back, though a trial that was refused does not count. */
static int32_t report_host(void *payload, double fraction) {
  search *self = payload;
  if (fraction < self->reached)
    return 0;
  self->reached = fraction;
  return self->host(self->host_payload, fraction);
}

/* The next stretch of the progress, for work of that size. */
static recs__progress next_part(search *self, double work) {
  double from = self->work_done / self->work_planned;
  self->work_done += work;
  return recs__progress_part(&self->progress, fmin(from, 1), fmin(self->work_done / self->work_planned, 1));
}

/* Fits settings to the rung's log and evaluates them on its users. `*out_scorer`, where wanted, is held for the caller. */
static int32_t try_settings(recs_evaluation **out, recs_scorer **out_scorer, search *self, const char *settings,
                            const rung *at) {
  recs_model_options options = self->model;
  recs__progress part = next_part(self, at->share);
  recs__progress fitting = recs__progress_part(&part, 0, 0.7), asking = recs__progress_part(&part, 0.7, 1);
  const uint32_t *places = at->users < self->stage->users ? self->sample.places : NULL;
  recs_model *model;
  int32_t status;
  options.settings = settings;
  options.fallback = NULL; /* nothing that is measured here looks at it, or all trials have the same */
  RECS_TRY(recs_model_fit(&model, self->sample.log, &options, fitting.report == NULL ? NULL : recs__progress_relay, &fitting));
  status = recs__evaluate(out, self->stage, self->repeats, model, &self->asked, places, at->users, &asking);
  if (status == RECS_OK && out_scorer != NULL)
    *out_scorer = recs__hold(recs_model_scorer(model));
  recs_model_free(model);
  return status;
}

static int32_t score_of(double *out, const search *self, const recs_evaluation *evaluation) {
  const recs__figure *figure;
  uint32_t index;
  RECS_TRY(recs_evaluation_find(&index, evaluation, self->options.metric));
  RECS_TRY(recs__evaluation_figure(&figure, evaluation, index));
  *out = figure->value;
  return RECS_OK;
}

/* The rungs for so many trials, the last with all users. */
static uint32_t plan_rungs(rung *rungs, const search *self, uint32_t trials) {
  uint32_t users = self->stage->users, count = 1, left = trials, smallest = users;
  while (count < MOST_RUNGS && left > HALVING && smallest / HALVING >= self->options.least_users) {
    count += 1;
    left = (left + HALVING - 1) / HALVING;
    smallest /= HALVING;
  }
  for (uint32_t r = 0; r < count; r++) {
    double share = pow(HALVING, (double)r - (double)(count - 1));
    rungs[r].users = r + 1 == count ? users : (uint32_t)((double)users * share);
    rungs[r].share = fmin(1, share * HALVING);
    rungs[r].trials = r == 0 ? trials : (rungs[r - 1].trials + HALVING - 1) / HALVING;
    if (rungs[r].share * (double)recs_events_count(self->stage->training) < FEWEST_EVENTS)
      rungs[r].share = 1;
  }
  return count;
}

static double work_of(const rung *rungs, uint32_t count) {
  double work = 0;
  for (uint32_t r = 0; r < count; r++)
    work += rungs[r].share * rungs[r].trials;
  return work;
}

static int is_refusal(int32_t status) {
  return status == RECS_ERROR_INVALID || status == RECS_ERROR_UNSUPPORTED || status == RECS_ERROR_NUMERIC;
}

/* Draws a trial that the scorer accepts, and tries it on the lowest rung. `*evaluation` stays NULL when it accepts none. */
static int32_t draw_trial(recs__trial *out, recs_evaluation **evaluation, search *self, const rung *at, const double *parent,
                          recs__random *random) {
  for (int draw = 0; draw < MOST_REDRAWS; draw++) {
    double before = self->work_done;
    int32_t status;
    recs__knobs_draw(out->at, &self->knobs, parent, random);
    recs__free(self->context, out->settings);
    out->settings = recs__knobs_text(&self->knobs, out->at, self->model.settings, self->context);
    if (out->settings == NULL)
      return recs__fail_nomem();
    status = try_settings(evaluation, NULL, self, out->settings, at);
    if (!is_refusal(status))
      return status;
    self->work_done = before;
  }
  return RECS_OK;
}

/* The score of an evaluation (NULL: the settings were refused). Of a trial that did better than all before, on all users, the
 * evaluation is kept. */
static int32_t note_trial(search *self, uint32_t number, recs_evaluation *evaluation) {
  recs__trial *trial = &self->out->trials[number];
  trial->score = -HUGE_VAL;
  trial->users = 0;
  if (evaluation == NULL)
    return RECS_OK;
  trial->users = evaluation->users;
  RECS_TRY(score_of(&trial->score, self, evaluation));
  if (number == 0 || trial->users < self->stage->users || !(trial->score > self->out->trials[self->best_trial].score))
    return RECS_OK;
  recs__release(self->best);
  self->best = recs__hold(evaluation);
  self->best_trial = number;
  return RECS_OK;
}

/* Puts the best trials of a list first; equal ones in their order. */
static void sort_trials(uint32_t *numbers, uint32_t count, const recs__trial *trials) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t one = numbers[i], place = i;
    for (; place > 0 && trials[numbers[place - 1]].score < trials[one].score; place--)
      numbers[place] = numbers[place - 1];
    numbers[place] = one;
  }
}

/* A trial on a rung; on the lowest (`random` is not NULL) it is drawn. One that was refused stays where it is. */
static int32_t climb_with(search *self, uint32_t number, const rung *at, const double *parent, recs__random *random) {
  recs__trial *trial = &self->out->trials[number];
  recs_evaluation *evaluation = NULL;
  int32_t status;
  if (random != NULL)
    status = draw_trial(trial, &evaluation, self, at, parent, random);
  else if (trial->users > 0)
    status = try_settings(&evaluation, NULL, self, trial->settings, at);
  else
    return RECS_OK;
  if (status == RECS_OK)
    status = note_trial(self, number, evaluation);
  recs__release(evaluation);
  return status;
}

/* One go at the ladder with `count` new trials. */
static int32_t climb(search *self, uint32_t count, const double *parent, uint64_t stream, uint32_t *numbers) {
  recs__random random = recs__random_stream(self->options.seed + 2, stream);
  rung rungs[MOST_RUNGS];
  uint32_t rung_count = plan_rungs(rungs, self, count);
  for (uint32_t r = 0; r < rung_count; r++) {
    RECS_TRY(recs__sample_take(&self->sample, rungs[r].users, rungs[r].share));
    for (uint32_t i = 0; i < rungs[r].trials; i++) {
      if (r == 0)
        numbers[i] = self->out->count++;
      RECS_TRY(climb_with(self, numbers[i], &rungs[r], parent, r == 0 ? &random : NULL));
    }
    sort_trials(numbers, rungs[r].trials, self->out->trials);
  }
  return RECS_OK;
}

/* The settings given, on all users. */
static int32_t try_given(search *self) {
  const rung whole = {.users = self->stage->users, .share = 1, .trials = 1};
  recs__trial *trial = &self->out->trials[self->out->count++];
  int clock = recs_events_time_kind(self->stage->training) == RECS_TIME_CLOCK;
  const char *settings = self->model.settings == NULL ? "" : self->model.settings;
  for (uint32_t i = 0; i < RECS__MOST_KNOBS + 16; i++)
    trial->at[i] = (double)NAN;
  trial->settings = recs__copy(self->context, settings, strlen(settings) + 1, 1);
  if (trial->settings == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__sample_take(&self->sample, whole.users, whole.share));
  RECS_TRY(try_settings(&self->given, &self->scorer, self, settings, &whole));
  RECS_TRY(note_trial(self, 0, self->given));
  recs__knobs_find(&self->knobs, self->scorer, self->model.settings, clock);
  if (recs__knobs_dimensions(&self->knobs) == 0)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "%s has no option to tune", recs_scorer_name(self->scorer));
  return RECS_OK;
}

/* The first go is half of the trials, drawn anywhere; the others start near the best so far. */
static uint32_t next_go(const search *self, uint32_t drawn) {
  uint32_t left = self->options.trials - drawn, sixth = self->options.trials / 6;
  uint32_t wanted = drawn == 0 ? (self->options.trials + 1) / 2 : sixth > FEWEST_AT_ONCE ? sixth : FEWEST_AT_ONCE;
  if (self->options.trials < FEWEST_REFINED || left < wanted + FEWEST_AT_ONCE / 2)
    return left;
  return wanted;
}

static int32_t climb_all(search *self, uint32_t *numbers) {
  rung rungs[MOST_RUNGS];
  self->work_planned = 1;
  for (uint32_t drawn = 0, go; drawn < self->options.trials; drawn += go) {
    go = next_go(self, drawn);
    self->work_planned += work_of(rungs, plan_rungs(rungs, self, go));
  }
  RECS_TRY(try_given(self));
  for (uint32_t drawn = 0, go; drawn < self->options.trials; drawn += go) {
    const double *parent = drawn == 0 ? NULL : self->out->trials[self->best_trial].at;
    go = next_go(self, drawn);
    RECS_TRY(climb(self, go, parent, drawn, numbers));
  }
  return RECS_OK;
}

/* The best trial takes the place of what was given when the whole interval of their difference is above 0. */
static int32_t decide(search *self) {
  recs_resample_options resample;
  RECS_TRY(recs_resample_options_init(&resample, sizeof resample));
  resample.level = self->options.level;
  resample.seed = self->options.seed;
  if (self->best != NULL)
    RECS_TRY(recs_evaluation_compare(&self->out->comparison, self->best, self->given, self->options.metric, &resample));
  if (self->best != NULL && self->out->comparison.low > 0)
    self->out->chosen = self->best_trial;
  return recs__progress_at(&self->progress, 1);
}

static int32_t find_best(search *self) {
  uint32_t *numbers;
  int32_t status;
  RECS_TRY(recs__tuning_new(&self->out, self->context, self->options.trials + 1));
  RECS_TRY(recs__sample_init(&self->sample, self->stage, self->options.seed));
  numbers = recs__alloc(self->context, self->options.trials, sizeof *numbers);
  if (numbers == NULL)
    return recs__fail_nomem();
  status = climb_all(self, numbers);
  recs__free(self->context, numbers);
  return status == RECS_OK ? decide(self) : status;
}

static void search_free(search *self) {
  recs__release(self->best);
  recs__release(self->given);
  recs__release(self->scorer);
  recs__release(self->out);
  recs__sample_free(&self->sample);
}

/* Only the cutoff of the metric is asked for. */
static int32_t ask_for(search *self) {
  const char *at = strchr(self->options.metric, '@');
  RECS_TRY(recs_evaluate_options_init(&self->asked, sizeof self->asked));
  self->asked.stage = RECS_STAGE_VALIDATION;
  self->asked.cutoffs = at == NULL ? "10" : at + 1;
  self->asked.lists = strncmp(self->options.metric, "novelty", 7) == 0 || strncmp(self->options.metric, "diversity", 9) == 0;
  return RECS_OK;
}

int32_t recs_tune(recs_tuning **out, const recs_split *split, const recs_model_options *model,
                  const recs_tune_options *options, recs_progress_fn progress, void *payload) {
  search self = {.host = progress, .host_payload = payload, .work_planned = 1};
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(split);
  RECS_TRY(recs__options_load(&self.options, &tune_schema, options));
  RECS_TRY(recs__options_load(&self.model, recs_model_schema(), model));
  if (self.options.metric == NULL)
    self.options.metric = "ndcg@10";
  RECS_TRY(ask_for(&self));
  self.progress = recs__progress_of(progress == NULL ? NULL : report_host, &self);
  self.context = split->object.context;
  self.stage = recs__split_stage(split, RECS_STAGE_VALIDATION);
  self.repeats = split->options.repeats;
  RECS_GO(find_best(&self));
  *out = recs__hold(self.out);
cleanup:
  search_free(&self);
  return status;
}
