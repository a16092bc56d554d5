/* Finds the places of what is looked for by counting: nothing is sorted but the scores of the items looked for. */
#include "lib/evaluate/ranks.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/sort.h"

void recs__ranks_free(recs__ranks *ranks) {
  recs__free(ranks->context, ranks->ties);
  ranks->ties = NULL;
  ranks->room = 0;
}

static int32_t begin(recs__ranks *ranks, size_t target_count) {
  ranks->count = ranks->scored = ranks->misses = 0;
  ranks->targets = target_count;
  return recs__grow(ranks->context, &ranks->ties, &ranks->room, target_count + 1, sizeof *ranks->ties);
}

/* One of the items looked for; NaN: it has no score. Those are counted in `unscored`. */
static void add_target(recs__ranks *ranks, double score, uint64_t *unscored) {
  if (isnan(score))
    *unscored += 1;
  else
    ranks->ties[ranks->scored++] = (recs__tie){.score = score, .hits = 1};
}

static int compare_ties(const void *a, const void *b) {
  double left = ((const recs__tie *)a)->score, right = ((const recs__tie *)b)->score;
  return left > right ? -1 : left < right;
}

/* Best first; equal ones become one. `above` and `size` are 0. */
static void settle_targets(recs__ranks *ranks) {
  size_t kept = 0;
  if (ranks->scored > 1)
    recs__sort(ranks->ties, ranks->scored, sizeof *ranks->ties, compare_ties);
  for (size_t i = 0; i < ranks->scored; i++) {
    if (kept > 0 && ranks->ties[kept - 1].score == ranks->ties[i].score)
      ranks->ties[kept - 1].hits += 1;
    else
      ranks->ties[kept++] = ranks->ties[i];
  }
  ranks->scored = kept;
}

/* Counts a candidate's score: until finish(), `above` holds those between a tie and the one before it. */
static inline void count_score(recs__ranks *ranks, double score) {
  size_t low = 0, high = ranks->scored;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (ranks->ties[middle].score > score)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == ranks->scored)
    return;
  ranks->ties[low].size += ranks->ties[low].score == score ? 1 : 0;
  ranks->ties[low].above += ranks->ties[low].score != score ? 1 : 0;
}

static void finish(recs__ranks *ranks, uint64_t scored, uint64_t unscored_hits) {
  uint64_t above = 0;
  for (size_t i = 0; i < ranks->scored; i++) {
    above += ranks->ties[i].above;
    ranks->ties[i].above = above;
    above += ranks->ties[i].size;
  }
  ranks->count = ranks->scored;
  if (unscored_hits > 0)
    ranks->ties[ranks->count++] =
        (recs__tie){.above = scored, .size = ranks->candidates - scored, .hits = unscored_hits, .score = (double)NAN};
}

static int is_candidate(const recs__board *board, const recs_candidates *catalogue, uint8_t without, uint32_t item) {
  return (board->marks[item] & without) == 0 && recs__candidates_has(catalogue, item);
}

/* The usual case of one item looked for, and of a catalogue that is all items. */
static uint64_t count_single(recs__ranks *ranks, const recs__board *board, uint8_t without) {
  double wanted = ranks->scored == 1 ? ranks->ties[0].score : (double)INFINITY;
  uint8_t mask = (uint8_t)(RECS__SCORED | without);
  uint64_t scored = 0, above = 0, equal = 0;
  for (uint32_t i = 0; i < board->count; i++) {
    uint32_t item = board->touched[i];
    double score;
    if ((board->marks[item] & mask) != RECS__SCORED)
      continue;
    score = board->scores[item];
    scored += isnan(score) ? 0 : 1;
    above += score > wanted ? 1 : 0;
    equal += score == wanted ? 1 : 0;
  }
  ranks->ties[0].above = above;
  ranks->ties[0].size = equal;
  return scored;
}

static uint64_t count_all(recs__ranks *ranks, const recs__board *board, const recs_candidates *catalogue,
                          uint8_t without) {
  uint64_t scored = 0;
  for (uint32_t i = 0; i < board->count; i++) {
    uint32_t item = board->touched[i];
    if (!recs__board_scored(board, item) || !is_candidate(board, catalogue, without, item) ||
        isnan(board->scores[item]))
      continue;
    scored += 1;
    count_score(ranks, board->scores[item]);
  }
  return scored;
}

/* Items that are marked with `without` are no candidates. */
static size_t count_candidates(const recs__board *board, const recs_candidates *catalogue, size_t catalogue_size,
                               uint8_t without) {
  for (uint32_t i = 0; i < board->count && without != 0; i++) {
    uint32_t item = board->touched[i];
    catalogue_size -= (board->marks[item] & without) != 0 && recs__candidates_has(catalogue, item) ? 1 : 0;
  }
  return catalogue_size;
}

int32_t recs__ranks_read(recs__ranks *ranks, const recs__board *board, const recs_candidates *catalogue,
                         size_t catalogue_size, uint8_t without, const uint32_t *targets, size_t target_count) {
  uint64_t scored, unscored_hits = 0;
  RECS_TRY(begin(ranks, target_count));
  for (size_t i = 0; i < target_count; i++) {
    uint32_t item = targets[i];
    if (item >= board->items || !is_candidate(board, catalogue, without, item))
      ranks->misses += 1;
    else
      add_target(ranks, recs__board_scored(board, item) ? board->scores[item] : (double)NAN, &unscored_hits);
  }
  settle_targets(ranks);
  ranks->candidates = count_candidates(board, catalogue, catalogue_size, without);
  scored = ranks->scored <= 1 && catalogue == NULL ? count_single(ranks, board, without)
                                                   : count_all(ranks, board, catalogue, without);
  finish(ranks, scored, unscored_hits);
  return RECS_OK;
}

static int32_t read_scores(recs__ranks *ranks, const double *scores, size_t count, const uint32_t *targets,
                           size_t target_count) {
  uint64_t scored = 0, unscored_hits = 0;
  RECS_TRY(begin(ranks, target_count));
  for (size_t i = 0; i < target_count; i++) {
    if (targets[i] >= count)
      ranks->misses += 1;
    else
      add_target(ranks, scores[targets[i]], &unscored_hits);
  }
  settle_targets(ranks);
  ranks->candidates = count;
  for (size_t i = 0; i < count; i++) {
    if (isnan(scores[i]))
      continue;
    scored += 1;
    count_score(ranks, scores[i]);
  }
  finish(ranks, scored, unscored_hits);
  return RECS_OK;
}

/* Targets must differ where they are places in the scores. */
static int32_t check_targets(const recs_context *context, const uint32_t *targets, size_t target_count, size_t count) {
  uint64_t *sorted = recs__alloc(context, target_count, sizeof *sorted);
  int32_t status = RECS_OK;
  if (sorted == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < target_count; i++)
    sorted[i] = targets[i];
  recs__sort_u64(sorted, target_count);
  for (size_t i = 1; i < target_count && status == RECS_OK; i++) {
    if (sorted[i] == sorted[i - 1] && sorted[i] < count)
      status = recs__fail(RECS_ERROR_INVALID, "target %" PRIu64 " is there twice", sorted[i]);
  }
  recs__free(context, sorted);
  return status;
}

int32_t recs_ranking_metrics(double *out_values, const recs_context *context, const double *scores, size_t count,
                             const uint32_t *targets, size_t target_count, uint32_t k) {
  recs__ranks ranks = {.context = context};
  recs__places places = {0};
  size_t most = count > target_count ? count : target_count;
  int32_t status;
  recs__enter();
  RECS_NOT_NULL(out_values);
  RECS_NOT_NULL(context);
  if (count > 0)
    RECS_NOT_NULL(scores);
  RECS_NOT_NULL(targets);
  if (target_count == 0)
    return recs__fail(RECS_ERROR_INVALID, "nothing is looked for: target_count is 0");
  if (k == 0)
    return recs__fail(RECS_ERROR_INVALID, "k is 0, not at least 1");
  RECS_TRY(check_targets(context, targets, target_count, count));
  RECS_GO(recs__places_init(&places, context, k < most ? k : most));
  RECS_GO(read_scores(&ranks, scores, count, targets, target_count));
  recs__ranks_judge(out_values, &ranks, k, &places);
cleanup:
  recs__ranks_free(&ranks);
  recs__places_free(&places, context);
  return status;
}
