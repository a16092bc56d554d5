/* The miner's handle: options, the choice of the algorithm, and what it found. */
#include "lib/analyze/baskets/itemsets.h"
#include "lib/analyze/baskets/stream.h"
#include "lib/base/clock.h"
#include "lib/base/options.h"
#include "lib/base/sort.h"

#include <inttypes.h>

struct recs_apriori {
  recs__object object;
  recs_apriori_options options; /* min_count is set */
  uint32_t *contains;           /* copies of the caller's, that the options point to */
  uint32_t *excludes;
  recs__taxonomy taxonomy;
  uint64_t total; /* baskets that are not empty */
  recs__baskets baskets;
};

static const recs__choice kinds[] = {
    {"all", RECS_ITEMSETS_ALL},
    {"closed", RECS_ITEMSETS_CLOSED},
    {"maximal", RECS_ITEMSETS_MAXIMAL},
    {NULL, 0},
};
static const recs__choice algorithms[] = {
    {"auto", RECS_MINER_AUTO},
    {"apriori", RECS_MINER_APRIORI},
    {"eclat", RECS_MINER_ECLAT},
    {NULL, 0},
};

static const recs__field fields[] = {
    RECS__F64(recs_apriori_options, min_support, 1e-12, 1.0, 0.01,
              "Share of the non-empty baskets that an itemset must be in."),
    RECS__U64(recs_apriori_options, min_count, 0, UINT64_MAX, 0,
              "When not 0: the number of baskets, in place of the share."),
    RECS__U64(recs_apriori_options, max_results, 1, UINT64_MAX, 100000000, "More itemsets than this are an error."),
    RECS__U32(recs_apriori_options, min_size, 1, UINT32_MAX, 1, "Items of the smallest itemset returned."),
    RECS__U32(recs_apriori_options, max_size, 0, UINT32_MAX, 0, "Items of the largest itemset returned; 0: any."),
    RECS__CHOICE(recs_apriori_options, kind, kinds, "all|closed|maximal", RECS_ITEMSETS_ALL,
                 "Which itemsets are wanted."),
    RECS__CHOICE(recs_apriori_options, algorithm, algorithms, "auto|apriori|eclat", RECS_MINER_AUTO,
                 "How they are found; the answer is the same."),
    RECS__U64(recs_apriori_options, top_k, 0, UINT64_MAX, 0, "When not 0: only so many, of the highest support."),
    RECS__U64(recs_apriori_options, budget_bytes, 0, UINT64_MAX, 0, "When not 0: what mining may take; what does not fit is cut."),
    RECS__F64(recs_apriori_options, budget_seconds, 0.0, 1e9, 0.0, "When not 0: after this time what is found is returned."),
    RECS__F64(recs_apriori_options, min_value, 0.0, 1e30, 0.0, "When not 0: the least value that says a basket has an item."),
    RECS__POINTER(recs_apriori_options, contains, "Items that every itemset must contain."),
    RECS__U64(recs_apriori_options, contains_count, 0, UINT64_MAX, 0, "How many items `contains` has."),
    RECS__POINTER(recs_apriori_options, excludes, "Items that no itemset may contain."),
    RECS__U64(recs_apriori_options, excludes_count, 0, UINT64_MAX, 0, "How many items `excludes` has."),
    RECS__POINTER(recs_apriori_options, taxonomy_items, "Items of a taxonomy, each with a parent."),
    RECS__POINTER(recs_apriori_options, taxonomy_parents, "The parents."),
    RECS__U64(recs_apriori_options, taxonomy_count, 0, UINT64_MAX, 0, "How many pairs the taxonomy has."),
};
static const recs_schema schema = RECS__SCHEMA("apriori", recs_apriori_options, fields);

const recs_schema *recs_apriori_schema(void) {
  return &schema;
}

int32_t recs_apriori_options_init(recs_apriori_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

static int compare_rows(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

static void destroy(void *object) {
  recs_apriori *self = object;
  recs__free(self->object.context, self->contains);
  recs__free(self->object.context, self->excludes);
  recs__taxonomy_free(&self->taxonomy);
  recs__baskets_free(self->object.context, &self->baskets);
}

/* What one field cannot tell. */
static int32_t check(const recs_apriori_options *options) {
  if (options->max_size != 0 && options->max_size < options->min_size)
    return recs__fail(RECS_ERROR_INVALID, "max_size is %" PRIu32 ", below min_size, which is %" PRIu32, options->max_size,
                      options->min_size);
  if ((options->contains_count > 0 && options->contains == NULL) || (options->excludes_count > 0 && options->excludes == NULL))
    return recs__fail(RECS_ERROR_INVALID, "%s is NULL", options->contains_count > 0 && options->contains == NULL ? "contains" : "excludes");
  if (options->taxonomy_count > 0 && (options->taxonomy_items == NULL || options->taxonomy_parents == NULL))
    return recs__fail(RECS_ERROR_INVALID, "taxonomy_%s is NULL", options->taxonomy_items == NULL ? "items" : "parents");
  return RECS_OK;
}

/* A copy without repeats, in ascending order. */
static int32_t copy_items(uint32_t **copy, const uint32_t **items, size_t *count, const recs_context *context) {
  size_t kept = 0;
  if (*count == 0)
    return RECS_OK;
  *copy = recs__copy(context, *items, *count, sizeof **items);
  if (*copy == NULL)
    return recs__fail_nomem();
  recs__sort(*copy, *count, sizeof **copy, compare_rows);
  for (size_t i = 0; i < *count; i++) {
    if (i == 0 || (*copy)[i] != (*copy)[i - 1])
      (*copy)[kept++] = (*copy)[i];
  }
  *items = *copy;
  *count = kept;
  return RECS_OK;
}

static int32_t read_baskets(recs_apriori *self, const recs_matrix *baskets) {
  const recs_context *context = self->object.context;
  recs_apriori_options *options = &self->options;
  RECS_TRY(copy_items(&self->contains, &options->contains, &options->contains_count, context));
  RECS_TRY(copy_items(&self->excludes, &options->excludes, &options->excludes_count, context));
  if (options->taxonomy_count > 0)
    RECS_TRY(recs__taxonomy_init(&self->taxonomy, context, options->taxonomy_items, options->taxonomy_parents,
                                 options->taxonomy_count));
  RECS_TRY(recs__baskets_read(&self->baskets, &self->total, options, baskets, &self->taxonomy));
  options->taxonomy_items = options->taxonomy_parents = NULL; /* the caller's: not needed any more */
  return RECS_OK;
}

/* Each algorithm, and whether it finds closed and maximal itemsets by itself. */
static const struct {
  recs__mine_fn mine;
  int32_t name;
  int thins;
} miners[] = {
    [RECS_MINER_AUTO] = {recs__mine_eclat, RECS_MINER_ECLAT, 1}, /* the fastest on all data that was measured, sparse and dense */
    [RECS_MINER_APRIORI] = {recs__mine_apriori, RECS_MINER_APRIORI, 0},
    [RECS_MINER_ECLAT] = {recs__mine_eclat, RECS_MINER_ECLAT, 1},
};

/* Whether closed or maximal itemsets are picked out of all of them. Within a taxonomy they always are: an item and what stands above it
 * never make a set, so that none of them bears witness against the other. */
static int picks(const recs_apriori_options *options) {
  return options->kind != RECS_ITEMSETS_ALL && (!miners[options->algorithm].thins || options->taxonomy_count > 0);
}

static int32_t check_budgets(const recs_apriori_options *options) {
  if (options->budget_bytes == 0 && options->budget_seconds == 0)
    return RECS_OK;
  if (options->algorithm == RECS_MINER_APRIORI)
    return recs__fail(RECS_ERROR_UNSUPPORTED, "apriori keeps no budget: its candidates may take more; choose auto or eclat");
  if (picks(options))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "closed and maximal itemsets of a taxonomy keep no budget: ask for all");
  return RECS_OK;
}

int32_t recs_apriori_create(recs_apriori **out, const recs_matrix *baskets, const recs_apriori_options *options) {
  recs_apriori_options chosen;
  recs_apriori *self;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(baskets);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  RECS_TRY(check(&chosen));
  RECS_TRY(check_budgets(&chosen));
  self = recs__object_new(recs__context_of(baskets), sizeof *self, destroy);
  if (self == NULL)
    return recs__fail_nomem();
  self->options = chosen;
  status = read_baskets(self, baskets);
  if (status != RECS_OK) {
    recs__release(self);
    return status;
  }
  *out = self;
  return RECS_OK;
}

static void set_limits(recs__mining *mining, const recs_apriori_options *options) {
  uint64_t taken = recs__baskets_bytes(mining->baskets);
  if (options->top_k != 0)
    mining->bundles.limit_sets = options->top_k;
  if (options->budget_bytes != 0)
    mining->bundles.limit_bytes = options->budget_bytes > taken ? options->budget_bytes - taken : 0;
}

/* Mines once. *late tells that it was the deadline that ended it. */
static int32_t mine_once(recs_itemsets **out, recs__mining *mining, const recs_apriori *apriori, recs__mine_fn algorithm, int *late,
                         const recs__progress *progress) {
  recs__progress finding = recs__progress_part(progress, 0, 0.8), writing = recs__progress_part(progress, 0.8, 1);
  int32_t status = recs__mining_run(mining, algorithm, &finding);
  *late = status != RECS_OK && atomic_load(&mining->late);
  RECS_TRY(status);
  if (mining->scout != NULL && atomic_load(&mining->scout->reached))
    return RECS_OK;
  return recs__itemsets_create(out, mining, apriori->total, &writing);
}

static uint64_t highest_support(const recs__baskets *baskets) {
  uint64_t highest = baskets->whole;
  for (uint32_t code = 0; code < baskets->items; code++)
    highest = baskets->supports[code] > highest ? baskets->supports[code] : highest;
  return highest;
}

static int32_t set_up(recs__mining *mining, const recs_apriori *apriori, const recs_apriori_options *options, double deadline) {
  RECS_TRY(recs__mining_init(mining, apriori->object.context, &apriori->baskets, options));
  mining->deadline = deadline;
  mining->options.algorithm = miners[options->algorithm].name;
  set_limits(mining, options);
  return RECS_OK;
}

/* The support from which on the limits leave room; all itemsets, when they leave room for all. */
static int32_t scout(recs_itemsets **out, uint64_t *from, const recs_apriori *apriori, const recs_apriori_options *options,
                     double deadline, int *late, const recs__progress *progress) {
  recs__scout watch = {0};
  recs__mining mining;
  int32_t status;
  RECS_GO(set_up(&mining, apriori, options, deadline));
  RECS_GO(recs__scout_init(&watch, mining.context, (uint32_t)highest_support(&apriori->baskets)));
  mining.scout = &watch;
  mining.bundles.scouted = 1;
  mining.take = recs__take_scouting;
  RECS_GO(mine_once(out, &mining, apriori, miners[options->algorithm].mine, late, progress));
  *from = recs__scout_support(&watch);
cleanup:
  recs__mining_free(&mining);
  recs__scout_free(&watch);
  return status;
}

static int32_t mine_all(recs_itemsets **out, const recs_apriori *apriori, const recs_apriori_options *options, uint64_t from,
                        double deadline, int *late, const recs__progress *progress) {
  recs__mining mining;
  int32_t status;
  RECS_GO(set_up(&mining, apriori, options, deadline));
  recs__bundles_raise(&mining.bundles, (uint32_t)from);
  if (options->kind != RECS_ITEMSETS_MAXIMAL && from > mining.options.min_count)
    mining.options.min_count = from;
  RECS_GO(mine_once(out, &mining, apriori, miners[options->algorithm].mine, late, progress));
cleanup:
  recs__mining_free(&mining);
  return status;
}

/* With limits, a first search finds the support from which on all have room, and a second one keeps those; a limit that is not
 * reached costs no second one. */
static int32_t mine(recs_itemsets **out, const recs_apriori *apriori, const recs_apriori_options *options, double deadline,
                    int *late, const recs__progress *progress) {
  recs__progress first = recs__progress_part(progress, 0, 0.6), second = recs__progress_part(progress, 0.6, 1);
  uint64_t from = 0;
  *out = NULL;
  *late = 0;
  if (options->top_k == 0 && options->budget_bytes == 0)
    return mine_all(out, apriori, options, 0, deadline, late, progress);
  RECS_TRY(scout(out, &from, apriori, options, deadline, late, &first));
  if (*out != NULL)
    return RECS_OK;
  return mine_all(out, apriori, options, from, deadline, late, &second);
}

/* What an algorithm that finds all is asked for, when some of them are wanted: sizes and the rest are judged last. */
static recs_apriori_options options_for_all(const recs_apriori_options *wanted) {
  recs_apriori_options options = *wanted;
  options.kind = RECS_ITEMSETS_ALL;
  options.min_size = 1;
  options.max_size = 0;
  options.top_k = 0;
  return options;
}

static int32_t mine_and_pick(recs_itemsets **out, const recs_apriori *apriori, const recs__progress *progress) {
  recs_apriori_options for_all = options_for_all(&apriori->options);
  recs_itemsets *all;
  int32_t status;
  int late;
  RECS_TRY(mine(&all, apriori, &for_all, 0, &late, progress));
  status = recs__itemsets_thin(out, all, &apriori->options);
  if (status == RECS_OK)
    (*out)->algorithm = all->algorithm;
  recs__release(all);
  return status;
}

/* What there is when there was no time for anything. */
static int32_t nothing_in_time(recs_itemsets **out, const recs_apriori *apriori, const recs_apriori_options *options) {
  recs__mining mining;
  int32_t status;
  RECS_GO(recs__mining_init(&mining, apriori->object.context, &apriori->baskets, options));
  RECS_GO(recs__itemsets_create(out, &mining, apriori->total, NULL));
  (*out)->algorithm = miners[options->algorithm].name;
  (*out)->complete_from = apriori->total + 1;
cleanup:
  recs__mining_free(&mining);
  return status;
}

/* Mines with lower and lower supports, until the one that was asked for or the end of the time; each step takes about as long as all
 * before it, or longer. */
static int32_t mine_in_time(recs_itemsets **out, const recs_apriori *apriori, const recs__progress *progress) {
  recs_apriori_options options = apriori->options;
  double deadline = recs__clock() + options.budget_seconds, done = 0;
  uint64_t count = highest_support(&apriori->baskets);
  int late = 0, crowded = 0;
  do {
    recs__progress part = recs__progress_part(progress, done, done + (1 - done) / 2);
    recs_itemsets *next;
    int32_t status;
    options.min_count = count > apriori->options.min_count ? count : apriori->options.min_count;
    status = mine(&next, apriori, &options, deadline, &late, &part);
    crowded = status == RECS_ERROR_OVERFLOW;
    if (status != RECS_OK && !late && !crowded) {
      recs__release(*out);
      *out = NULL;
      return status;
    }
    if (status == RECS_OK) {
      recs__release(*out);
      *out = next;
    }
    count /= 2;
    done += (1 - done) / 2;
  } while (!late && !crowded && (*out)->cut == RECS_CUT_NONE && options.min_count > apriori->options.min_count);
  if (*out == NULL)
    RECS_TRY(nothing_in_time(out, apriori, &options));
  if (late || crowded)
    (*out)->cut = late ? RECS_CUT_TIME : RECS_CUT_RESULTS;
  return RECS_OK;
}

static int32_t find_itemsets(recs_itemsets **out, const recs_apriori *apriori, const recs__progress *progress) {
  const recs_apriori_options *options = &apriori->options;
  int late;
  if (picks(options))
    RECS_TRY(mine_and_pick(out, apriori, progress));
  else if (options->budget_seconds > 0)
    RECS_TRY(mine_in_time(out, apriori, progress));
  else
    RECS_TRY(mine(out, apriori, options, 0, &late, progress));
  return options->top_k == 0 ? RECS_OK : recs__itemsets_best(out, *out, options->top_k);
}

int32_t recs_apriori_itemsets(recs_itemsets **out, const recs_apriori *apriori, recs_progress_fn progress,
                              void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(apriori);
  return find_itemsets(out, apriori, &whole);
}

/* Whether itemsets must be kept before they can be counted or told. */
static int must_keep(const recs_apriori_options *options) {
  return picks(options) || options->top_k != 0 || options->budget_bytes != 0 || options->budget_seconds > 0;
}

static int32_t count_itemsets(uint64_t *out, const recs_apriori *apriori, const recs__progress *progress) {
  recs__mining mining;
  int32_t status;
  RECS_GO(recs__mining_init(&mining, apriori->object.context, &apriori->baskets, &apriori->options));
  mining.take = recs__take_count;
  RECS_GO(recs__mining_run(&mining, miners[apriori->options.algorithm].mine, progress));
  *out = recs__mining_counted(&mining);
cleanup:
  recs__mining_free(&mining);
  return status;
}

int32_t recs_apriori_count(uint64_t *out, const recs_apriori *apriori, recs_progress_fn progress, void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  recs_itemsets *kept = NULL;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_NOT_NULL(apriori);
  if (!must_keep(&apriori->options))
    return count_itemsets(out, apriori, &whole);
  RECS_TRY(find_itemsets(&kept, apriori, &whole));
  *out = kept->count;
  recs__release(kept);
  return RECS_OK;
}

static int32_t stream_kept(recs__stream *stream, const recs_apriori *apriori) {
  recs__progress quiet = recs__progress_of(NULL, NULL);
  recs_itemsets *kept = NULL;
  int32_t status = find_itemsets(&kept, apriori, &quiet);
  for (uint64_t i = 0; status == RECS_OK && i < kept->count; i++) {
    uint32_t size;
    const uint32_t *items = recs__itemsets_items(kept, i, &size);
    status = recs__stream_tell(stream, items, size, kept->supports[i]);
  }
  recs__release(kept);
  return status;
}

int32_t recs_apriori_stream(const recs_apriori *apriori, recs_itemset_fn itemset, void *payload) {
  recs__stream stream = {.itemset = itemset, .payload = payload};
  recs__mining mining;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(apriori);
  RECS_NOT_NULL(itemset);
  if (must_keep(&apriori->options))
    return stream_kept(&stream, apriori);
  RECS_GO(recs__mining_init(&mining, apriori->object.context, &apriori->baskets, &apriori->options));
  RECS_GO(recs__stream_init(&stream, &mining, itemset, payload));
  RECS_GO(recs__mining_run(&mining, miners[apriori->options.algorithm].mine, NULL));
cleanup:
  recs__stream_free(&stream);
  recs__mining_free(&mining);
  return status;
}

uint64_t recs_apriori_baskets(const recs_apriori *apriori) {
  return apriori == NULL ? 0 : apriori->total;
}

void recs_apriori_free(recs_apriori *apriori) {
  recs__release(apriori);
}
