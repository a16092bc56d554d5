/* Asks a model for every user of a stage. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/options.h"
#include "lib/base/parallel.h"
#include "lib/data/histories.h"
#include "lib/data/ids.h"
#include "lib/evaluate/catalogue.h"
#include "lib/evaluate/evaluation.h"
#include "lib/evaluate/lists.h"
#include "lib/evaluate/ranks.h"
#include "lib/model/serving.h"
#include "lib/recommend/scorer.h"

enum { USERS_AT_ONCE = 16 };

static const recs__choice stages[] = {
    {"validation", RECS_STAGE_VALIDATION},
    {"test", RECS_STAGE_TEST},
    {NULL, 0},
};

static const recs__field evaluate_fields[] = {
    RECS__STRING(recs_evaluate_options, cutoffs, "5,10,20", "The k's, joined by commas."),
    RECS__STRING(recs_evaluate_options, similarity, NULL,
                 "A tag field that diversity is measured by; not set: by the items' users."),
    RECS__CHOICE(recs_evaluate_options, stage, stages, "validation|test", RECS_STAGE_TEST, "What is asked for."),
    RECS__FLAG(recs_evaluate_options, lists, 1, "Also the metrics of the lists."),
};

static const recs_schema evaluate_schema = RECS__SCHEMA("evaluate", recs_evaluate_options, evaluate_fields);

const recs_schema *recs_evaluate_schema(void) {
  return &evaluate_schema;
}

int32_t recs_evaluate_options_init(recs_evaluate_options *options, size_t struct_size) {
  return recs_options_init(options, &evaluate_schema, struct_size);
}

/* What a thread works with. */
typedef struct seat {
  recs__ranks ranks;
  uint32_t *list;
  double *scores;
  double *information; /* by place of the list */
  double *similarity;
  double *sum;       /* by feature, zeroed between lists */
  recs__alike *alike; /* shared: it remembers what was counted */
  uint32_t *exposed; /* by cutoff and item: lists that show it */
  uint64_t cold;
  uint32_t new_users;
} seat;

/* One evaluation at work. */
typedef struct asking {
  recs_context *context;
  const recs__stage *stage;
  const recs_model *model;
  const uint32_t *places; /* which of the stage's users; NULL: all */
  recs_evaluation *out;
  recs_candidates *catalogue; /* NULL: every item */
  size_t catalogue_size;
  uint8_t without; /* marks of items that are not ranked */
  int lists;
  size_t longest; /* list */
  recs__serving serving;
  recs__places discounts;
  recs__list_facts facts;
  seat *seats;
  uint32_t seat_count;
} asking;

static int32_t seat_init(seat *self, asking *of) {
  size_t n = of->longest;
  self->ranks.context = of->context;
  self->alike = &of->facts.alike;
  if (!of->lists)
    return RECS_OK;
  self->list = recs__alloc(of->context, n, sizeof *self->list);
  self->scores = recs__alloc(of->context, n, sizeof *self->scores);
  self->information = recs__alloc(of->context, n, sizeof *self->information);
  self->similarity = recs__alloc(of->context, n, sizeof *self->similarity);
  self->sum = recs__alloc_zero(of->context, of->facts.features->columns, sizeof *self->sum);
  self->exposed = recs__alloc_zero(of->context, (size_t)of->out->cutoff_count * of->model->scorer->items,
                                   sizeof *self->exposed);
  if (self->list == NULL || self->scores == NULL || self->information == NULL || self->similarity == NULL ||
      self->sum == NULL || self->exposed == NULL)
    return recs__fail_nomem();
  return RECS_OK;
}

static void seat_free(seat *self, const recs_context *context) {
  recs__ranks_free(&self->ranks);
  recs__free(context, self->list);
  recs__free(context, self->scores);
  recs__free(context, self->information);
  recs__free(context, self->similarity);
  recs__free(context, self->sum);
  recs__free(context, self->exposed);
}

static recs_history history_of(const asking *self, uint32_t user) {
  const recs_histories *all = self->stage->histories;
  int64_t first = all->offsets[user];
  return (recs_history){.struct_size = sizeof(recs_history),
                        .items = all->item_rows + first,
                        .weights = all->weights + first,
                        .times = all->times + first,
                        .count = (size_t)(all->offsets[user + 1] - first),
                        .user = user < self->model->histories->rows ? user : RECS_NO_ROW};
}

/* The user's figures of the ranking; those without a cutoff are of the first one's. */
static void judge(const asking *self, const seat *at, size_t user) {
  for (uint32_t cutoff = 0; cutoff < self->out->cutoff_count; cutoff++) {
    double values[RECS_RANKING_METRICS];
    recs__ranks_judge(values, &at->ranks, self->out->cutoffs[cutoff], &self->discounts);
    for (uint32_t i = 0; i < self->out->figure_count; i++) {
      const recs__figure *figure = &self->out->figures[i];
      if (figure->metric < RECS_RANKING_METRICS && figure->cutoff == cutoff)
        figure->values[user] = values[figure->metric];
    }
  }
}

/* The user's figures of a list: of its first k items, or of as many as there are. */
static void judge_list(const asking *self, seat *at, size_t count, size_t user) {
  uint32_t items = self->model->scorer->items;
  recs__list_information(at->information, &self->facts, at->list, count);
  recs__alike_sum(at->similarity, at->alike, at->list, count, at->sum);
  for (uint32_t i = 0; i < self->out->figure_count; i++) {
    const recs__figure *figure = &self->out->figures[i];
    size_t n = figure->k < count ? figure->k : count;
    double pairs = (double)n * ((double)n - 1) / 2;
    if (figure->metric == RECS__METRIC_NOVELTY)
      figure->values[user] = n > 0 ? at->information[n - 1] / (double)n : (double)NAN;
    else if (figure->metric == RECS__METRIC_DIVERSITY)
      figure->values[user] = n > 1 ? 1 - at->similarity[n - 1] / pairs : (double)NAN;
    else if (figure->metric == RECS__METRIC_COVERAGE)
      for (size_t place = 0; place < n; place++)
        at->exposed[(size_t)figure->cutoff * items + at->list[place]] += 1;
  }
}

/* The list as the model delivers it, from a board that was scored; leaves the board clean. */
static int32_t deliver(size_t *count, const asking *self, seat *at, recs__board *board, const recs_history *history) {
  RECS_TRY(recs__board_top(at->list, at->scores, count, board, self->catalogue, self->without, self->longest));
  recs__board_clear(board);
  if (*count == self->longest || self->model->fallback == NULL)
    return RECS_OK;
  return recs__serving_fill(board, at->list, at->scores, count, &self->serving, history);
}

static int32_t ask(const asking *self, seat *at, recs__board *board, size_t user) {
  const recs__stage *stage = self->stage;
  uint32_t place = self->places == NULL ? (uint32_t)user : self->places[user];
  int64_t first = stage->offsets[place];
  recs_history history = history_of(self, stage->rows[place]), checked;
  size_t count;
  self->out->rows[user] = stage->rows[place];
  at->new_users += history.count == 0;
  RECS_TRY(recs__history_load(&checked, &history, self->model->scorer->items));
  RECS_TRY(recs__scorer_score_on(board, self->model->scorer, &checked));
  RECS_TRY(recs__ranks_read(&at->ranks, board, self->catalogue, self->catalogue_size, self->without,
                            stage->items + first, (size_t)(stage->offsets[place + 1] - first)));
  at->cold += at->ranks.misses;
  judge(self, at, user);
  if (!self->lists)
    return RECS_OK;
  RECS_TRY(deliver(&count, self, at, board, &checked));
  judge_list(self, at, count, user);
  return RECS_OK;
}

static int32_t ask_range(void *payload, uint32_t thread, size_t first, size_t last) {
  const asking *self = payload;
  recs__board *board = NULL;
  int32_t status;
  RECS_GO(recs__boards_take(&board, self->model->boards));
  for (size_t user = first; user < last && status == RECS_OK; user++) {
    status = ask(self, &self->seats[thread], board, user);
    recs__board_clear(board);
  }
cleanup:
  recs__boards_give(self->model->boards, board);
  return status;
}

/* Coverage and Gini of one cutoff, from what the threads showed. `counts` has room for every item. */
static void judge_exposure(const asking *self, uint32_t cutoff, uint64_t *counts) {
  uint32_t items = self->model->scorer->items;
  size_t members = 0, shown = 0;
  double gini;
  for (uint32_t item = 0; item < items; item++) {
    uint64_t lists = 0;
    if (!recs__candidates_has(self->catalogue, item))
      continue;
    for (uint32_t s = 0; s < self->seat_count; s++)
      lists += self->seats[s].exposed[(size_t)cutoff * items + item];
    shown += lists > 0;
    counts[members++] = lists;
  }
  gini = recs__gini(counts, members);
  for (uint32_t i = 0; i < self->out->figure_count; i++) {
    recs__figure *figure = &self->out->figures[i];
    if (figure->cutoff == cutoff && figure->metric == RECS__METRIC_COVERAGE)
      figure->value = members > 0 ? (double)shown / (double)members : 0;
    if (figure->cutoff == cutoff && figure->metric == RECS__METRIC_GINI)
      figure->value = gini;
  }
}

static int32_t finish(asking *self) {
  uint64_t *counts;
  recs__evaluation_finish(self->out);
  for (uint32_t s = 0; s < self->seat_count; s++) {
    self->out->cold += self->seats[s].cold;
    self->out->new_users += self->seats[s].new_users;
  }
  if (!self->lists)
    return RECS_OK;
  counts = recs__alloc(self->context, self->model->scorer->items, sizeof *counts);
  if (counts == NULL)
    return recs__fail_nomem();
  for (uint32_t cutoff = 0; cutoff < self->out->cutoff_count; cutoff++)
    judge_exposure(self, cutoff, counts);
  recs__free(self->context, counts);
  return RECS_OK;
}

static size_t most_targets(const recs__stage *stage) {
  int64_t most = 0;
  for (uint32_t i = 0; i < stage->users; i++) {
    int64_t count = stage->offsets[i + 1] - stage->offsets[i];
    most = count > most ? count : most;
  }
  return (size_t)most;
}

/* The catalogue, and lists that are cut from it. */
static int32_t prepare_lists(asking *self, int repeats) {
  recs_filter filter = {.struct_size = sizeof filter, .include_seen = repeats};
  uint32_t items = self->model->scorer->items;
  RECS_TRY(recs__catalogue_find(&self->catalogue, self->stage->training, self->model->profiles, self->model->live, items));
  self->catalogue_size = self->catalogue == NULL ? items : self->catalogue->count;
  RECS_TRY(recs__serving_begin(&self->serving, self->model, &filter, self->longest));
  recs__release(self->serving.rules.candidates);
  self->serving.rules.candidates = recs__hold(self->catalogue);
  return RECS_OK;
}

static int32_t prepare(asking *self, int repeats, const char *similarity) {
  uint32_t items = self->model->scorer->items;
  uint32_t largest = self->out->cutoffs[self->out->cutoff_count - 1];
  size_t targets = most_targets(self->stage), most = items > targets ? items : targets;
  self->without = repeats ? 0 : RECS__SEEN;
  self->longest = largest < items ? largest : items;
  self->longest = self->longest > 0 ? self->longest : 1;
  RECS_TRY(recs__places_init(&self->discounts, self->context, largest < most ? largest : most));
  RECS_TRY(prepare_lists(self, repeats));
  if (self->lists)
    RECS_TRY(recs__list_facts_init(&self->facts, self->stage->training, self->model->profiles, similarity, items));
  self->seat_count = recs__parallel_threads(self->context, self->out->users, USERS_AT_ONCE);
  self->seats = recs__alloc_zero(self->context, self->seat_count, sizeof *self->seats);
  if (self->seats == NULL)
    return recs__fail_nomem();
  for (uint32_t s = 0; s < self->seat_count; s++)
    RECS_TRY(seat_init(&self->seats[s], self));
  return RECS_OK;
}

static void asking_free(asking *self) {
  for (uint32_t s = 0; self->seats != NULL && s < self->seat_count; s++)
    seat_free(&self->seats[s], self->context);
  recs__free(self->context, self->seats);
  if (self->facts.context != NULL)
    recs__list_facts_free(&self->facts);
  recs__serving_end(&self->serving);
  recs__places_free(&self->discounts, self->context);
  recs__release(self->catalogue);
}

static int32_t check_model(const recs__stage *stage, const recs_model *model) {
  if (!recs__ids_same(recs_events_items(stage->training), model->items) ||
      !recs__ids_same(recs_events_users(stage->training), model->users))
    return recs__fail(RECS_ERROR_INVALID, "the model is over other dictionaries than the split");
  if (stage->histories->items > model->scorer->items)
    return recs__fail(RECS_ERROR_INVALID, "the split has %" PRIu32 " items, the model only %" PRIu32,
                      stage->histories->items, model->scorer->items);
  return stage->users > 0 ? RECS_OK : recs__fail(RECS_ERROR_INVALID, "the split asks about no user in this stage");
}

int32_t recs__evaluate(recs_evaluation **out, const recs__stage *stage, int repeats, const recs_model *model,
                       const recs_evaluate_options *options, const uint32_t *places, uint32_t place_count,
                       const recs__progress *progress) {
  asking self = {.context = model->object.context, .stage = stage, .model = model, .places = places,
                 .lists = options->lists};
  int32_t status;
  RECS_TRY(check_model(stage, model));
  RECS_TRY(recs__evaluation_new(&self.out, self.context, places == NULL ? stage->users : place_count,
                                options->cutoffs == NULL ? "5,10,20" : options->cutoffs, options->lists));
  RECS_GO(prepare(&self, repeats, options->similarity));
  RECS_GO(recs__parallel(self.context, self.out->users, USERS_AT_ONCE, ask_range, &self, progress));
  RECS_GO(finish(&self));
  *out = self.out;
  self.out = NULL;
cleanup:
  asking_free(&self);
  recs__release(self.out);
  return status;
}

int32_t recs_evaluate(recs_evaluation **out, const recs_split *split, const recs_model *model,
                      const recs_evaluate_options *options, recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  recs_evaluate_options chosen;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(split);
  RECS_NOT_NULL(model);
  RECS_TRY(recs__options_load(&chosen, &evaluate_schema, options));
  return recs__evaluate(out, recs__split_stage(split, chosen.stage), split->options.repeats, model, &chosen, NULL, 0,
                        &whole);
}
