/* The miner's handle: options, the choice of the algorithm, and what it found. */
#include "lib/analyze/itemsets.h"
#include "lib/base/options.h"

#include <inttypes.h>

struct recs_apriori {
  recs__object object;
  recs_apriori_options options; /* min_count is set */
  uint64_t total;               /* baskets that are not empty */
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
};
static const recs_schema schema = RECS__SCHEMA("apriori", recs_apriori_options, fields);

const recs_schema *recs_apriori_schema(void) {
  return &schema;
}

int32_t recs_apriori_options_init(recs_apriori_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

static void destroy(void *object) {
  recs_apriori *self = object;
  recs__baskets_free(self->object.context, &self->baskets);
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
  if (chosen.max_size != 0 && chosen.max_size < chosen.min_size)
    return recs__fail(RECS_ERROR_INVALID, "max_size is %" PRIu32 ", below min_size, which is %" PRIu32, chosen.max_size,
                      chosen.min_size);
  self = recs__object_new(recs__context_of(baskets), sizeof *self, destroy);
  if (self == NULL)
    return recs__fail_nomem();
  self->options = chosen;
  status = recs__baskets_read(&self->baskets, &self->total, &self->options.min_count, baskets, chosen.min_support);
  if (status != RECS_OK) {
    recs__release(self);
    return status;
  }
  *out = self;
  return RECS_OK;
}

/* Each algorithm, and whether it finds closed and maximal itemsets by itself. */
static const struct {
  int32_t (*mine)(recs__mining *mining, const recs__progress *progress);
  int thins;
} miners[] = {
    [RECS_MINER_AUTO] = {recs__mine_eclat, 1}, /* the fastest on all data that was measured, sparse and dense */
    [RECS_MINER_APRIORI] = {recs__mine_apriori, 0},
    [RECS_MINER_ECLAT] = {recs__mine_eclat, 1},
};

/* What an algorithm that finds all is asked for, when some of them are wanted: sizes are judged last. */
static recs_apriori_options options_for_all(const recs_apriori_options *wanted) {
  recs_apriori_options options = *wanted;
  options.kind = RECS_ITEMSETS_ALL;
  options.min_size = 1;
  options.max_size = 0;
  return options;
}

static int32_t mine(recs_itemsets **out, const recs_apriori *apriori, const recs_apriori_options *options,
                    const recs__progress *progress) {
  recs__progress finding = recs__progress_part(progress, 0, 0.8), arranging = recs__progress_part(progress, 0.8, 1);
  recs__mining mining;
  int32_t status;
  *out = NULL;
  RECS_GO(recs__mining_init(&mining, apriori->object.context, &apriori->baskets, options));
  if (apriori->baskets.items > 0)
    RECS_GO(miners[options->algorithm].mine(&mining, &finding));
  RECS_GO(recs__itemsets_create(out, &mining, apriori->total, &arranging));
cleanup:
  recs__mining_free(&mining);
  return status;
}

int32_t recs_apriori_itemsets(recs_itemsets **out, const recs_apriori *apriori, recs_progress_fn progress,
                              void *payload) {
  recs__progress whole = recs__progress_of(progress, payload);
  recs_apriori_options for_all;
  recs_itemsets *all;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(apriori);
  if (apriori->options.kind == RECS_ITEMSETS_ALL || miners[apriori->options.algorithm].thins)
    return mine(out, apriori, &apriori->options, &whole);
  for_all = options_for_all(&apriori->options);
  RECS_TRY(mine(&all, apriori, &for_all, &whole));
  status = recs__itemsets_thin(out, all, &apriori->options);
  recs__release(all);
  return status;
}

void recs_apriori_free(recs_apriori *apriori) {
  recs__release(apriori);
}
