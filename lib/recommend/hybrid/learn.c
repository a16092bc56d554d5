#include "lib/recommend/hybrid/learn.h"

#include "lib/base/sort.h"
#include "lib/recommend/hybrid/weigh.h"

#include <math.h>
#include <string.h>

enum { FEWEST_A_SEGMENT = 300, BOTH_FOLDS = 2 };

static const double sure = 2; /* standard errors by which segments must do better */

/* The likeliest mixture of one segment, at the power that does best. */
static int32_t learn_whole(recs__mixture *out, const recs__ballots *ballots, const double *powers, size_t power_count) {
  double best = -1;
  for (size_t i = 0; i < power_count; i++) {
    double weights[RECS__MOST_PARTS], gain;
    recs__poll poll;
    int32_t status;
    RECS_TRY(recs__poll_init(&poll, ballots, 0, UINT64_MAX, BOTH_FOLDS, powers[i]));
    status = recs__weigh(weights, &gain, &poll);
    recs__poll_free(&poll);
    RECS_TRY(status);
    if (gain <= best)
      continue;
    best = gain;
    recs__mixture_init(out, ballots->parts, weights);
    out->power = powers[i];
  }
  return RECS_OK;
}

/* Weights chosen by the users of a stretch, or by a half of them. */
static int32_t learn_half(double *weights, const recs__ballots *ballots, uint64_t shortest, uint64_t longest,
                          uint32_t fold, double power) {
  recs__poll poll;
  double gain;
  int32_t status;
  RECS_TRY(recs__poll_init(&poll, ballots, shortest, longest, fold, power));
  status = recs__weigh(weights, &gain, &poll);
  recs__poll_free(&poll);
  return status;
}

/* A segment: histories of these lengths. */
typedef struct segment {
  uint64_t shortest;
  uint64_t longest;
} segment;

/* Adds to the sum and the squares how much more each user of one half gains by weights of the segment's own than by those of
 * all, both chosen by the other half. */
static int32_t compare_half(double *sum, double *squares, size_t *count, const recs__ballots *ballots,
                            const segment *own, uint32_t fold, const double *whole, double power) {
  double weights[RECS__MOST_PARTS], *gains;
  recs__poll judges;
  int32_t status;
  RECS_TRY(learn_half(weights, ballots, own->shortest, own->longest, 1 - fold, power));
  RECS_TRY(recs__poll_init(&judges, ballots, own->shortest, own->longest, fold, power));
  gains = recs__alloc(ballots->context, 2 * judges.count, sizeof *gains);
  status = gains == NULL ? recs__fail_nomem() : recs__poll_gains(gains, &judges, weights);
  if (status == RECS_OK)
    status = recs__poll_gains(gains + judges.count, &judges, whole);
  for (size_t i = 0; i < judges.count && status == RECS_OK; i++) {
    double more = gains[i] - gains[judges.count + i];
    *sum += more;
    *squares += more * more;
  }
  *count += judges.count;
  recs__free(ballots->context, gains);
  recs__poll_free(&judges);
  return status;
}

/* Whether weights of a segment's own do better by more than chance. */
static int32_t is_worth(int *out, const recs__ballots *ballots, const segment *own, double (*halves)[RECS__MOST_PARTS],
                        double power) {
  double sum = 0, squares = 0, mean;
  size_t count = 0;
  for (uint32_t fold = 0; fold < BOTH_FOLDS; fold++)
    RECS_TRY(compare_half(&sum, &squares, &count, ballots, own, fold, halves[1 - fold], power));
  mean = sum / (double)count;
  *out = mean > sure * sqrt(fmax(squares / (double)count - mean * mean, 0) / (double)count);
  return RECS_OK;
}

/* Cuts the lengths of histories into three stretches of about as many users; returns how many there are. */
static int32_t cut_lengths(segment *out, uint32_t *count, const recs__ballots *ballots) {
  uint64_t *lengths = recs__alloc(ballots->context, ballots->count, sizeof *lengths);
  *count = 1;
  out[0] = (segment){0, UINT64_MAX};
  if (lengths == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < ballots->count; i++)
    lengths[i] = ballots->list[i].length;
  recs__sort_u64(lengths, ballots->count);
  for (size_t cut = 1; cut < RECS__MOST_SEGMENTS && ballots->count / RECS__MOST_SEGMENTS >= FEWEST_A_SEGMENT; cut++) {
    uint64_t longest = lengths[cut * ballots->count / RECS__MOST_SEGMENTS];
    if (longest == lengths[ballots->count - 1] || (*count > 1 && longest < out[*count - 1].shortest))
      break;
    out[*count - 1].longest = longest;
    out[(*count)++] = (segment){longest + 1, UINT64_MAX};
  }
  recs__free(ballots->context, lengths);
  return RECS_OK;
}

/* Gives the segments that are worth it rows of their own; the others keep the weights of all. */
static int32_t learn_segments(recs__mixture *out, const recs__ballots *ballots) {
  double halves[BOTH_FOLDS][RECS__MOST_PARTS], whole[RECS__MOST_PARTS];
  segment cuts[RECS__MOST_SEGMENTS];
  uint32_t count;
  int any = 0;
  RECS_TRY(cut_lengths(cuts, &count, ballots));
  if (count == 1)
    return RECS_OK;
  memcpy(whole, out->weights[0], sizeof whole);
  for (uint32_t fold = 0; fold < BOTH_FOLDS; fold++)
    RECS_TRY(learn_half(halves[fold], ballots, 0, UINT64_MAX, fold, out->power));
  for (uint32_t s = 0; s < count; s++) {
    int worth;
    RECS_TRY(is_worth(&worth, ballots, &cuts[s], halves, out->power));
    out->longest[s] = cuts[s].longest;
    memcpy(out->weights[s], whole, sizeof whole);
    any |= worth;
    if (worth)
      RECS_TRY(learn_half(out->weights[s], ballots, cuts[s].shortest, cuts[s].longest, BOTH_FOLDS, out->power));
  }
  out->segments = any ? count : 1;
  return RECS_OK;
}

int32_t recs__learn(recs__mixture *mixture, const recs__ballots *ballots, const double *powers, size_t power_count) {
  RECS_TRY(learn_whole(mixture, ballots, powers, power_count));
  return learn_segments(mixture, ballots);
}
