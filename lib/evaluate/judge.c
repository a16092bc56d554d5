/* Metrics of one ranking, as expectations over the orders of tied items. With a candidates above a tied group of g, m of
 * which are looked for, each of its places holds one of them with probability m / g. */
#include <math.h>

#include "lib/evaluate/ranks.h"

int32_t recs__places_init(recs__places *places, const recs_context *context, size_t most) {
  places->discounts = recs__alloc(context, most + 1, sizeof *places->discounts);
  places->harmonics = recs__alloc(context, most + 1, sizeof *places->harmonics);
  if (places->discounts == NULL || places->harmonics == NULL)
    return recs__fail_nomem();
  places->discounts[0] = places->harmonics[0] = 0;
  for (size_t place = 1; place <= most; place++) {
    places->discounts[place] = places->discounts[place - 1] + 1 / log2(1 + (double)place);
    places->harmonics[place] = places->harmonics[place - 1] + 1 / (double)place;
  }
  return RECS_OK;
}

void recs__places_free(recs__places *places, const recs_context *context) {
  recs__free(context, places->discounts);
  recs__free(context, places->harmonics);
}

static uint64_t least_of(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* How many of the group's places are among the first k. */
static uint64_t inside(const recs__tie *tie, uint64_t k) {
  return tie->above < k ? least_of(tie->size, k - tie->above) : 0;
}

/* Without a hit: all m lie behind the first c of the group's g places. */
static double hit_rate(const recs__ranks *ranks, uint32_t k) {
  const recs__tie *first = ranks->ties;
  double g, behind, none = 1;
  if (ranks->count == 0)
    return 0;
  g = (double)first->size;
  behind = g - (double)inside(first, k);
  for (uint64_t i = 0; i < first->hits && none > 0; i++)
    none *= fmax(behind - (double)i, 0) / (g - (double)i);
  return 1 - none;
}

static double hits_expected(const recs__ranks *ranks, uint32_t k) {
  double hits = 0;
  for (size_t i = 0; i < ranks->count; i++)
    hits += (double)ranks->ties[i].hits * (double)inside(&ranks->ties[i], k) / (double)ranks->ties[i].size;
  return hits;
}

static double gain_expected(const recs__ranks *ranks, uint32_t k, const recs__places *places) {
  double gain = 0;
  for (size_t i = 0; i < ranks->count && ranks->ties[i].above < k; i++) {
    const recs__tie *tie = &ranks->ties[i];
    uint64_t end = tie->above + inside(tie, k);
    gain += (double)tie->hits / (double)tie->size * (places->discounts[end] - places->discounts[tie->above]);
  }
  return gain;
}

/* The sum over places p of P(hit at p) E[hits up to p | hit at p] / p; of a group's p-th place that is m/g, times the
 * hits of the groups before, itself, and (m-1)/(g-1) for each of the group's places before it. */
static double precision_expected(const recs__ranks *ranks, uint32_t k, const recs__places *places) {
  double sum = 0, before = 0;
  for (size_t i = 0; i < ranks->count && ranks->ties[i].above < k; i++) {
    const recs__tie *tie = &ranks->ties[i];
    double m = (double)tie->hits, g = (double)tie->size, above = (double)tie->above;
    uint64_t within = inside(tie, k);
    double inverse = places->harmonics[tie->above + within] - places->harmonics[tie->above];
    double rate = g > 1 ? (m - 1) / (g - 1) : 0;
    sum += m / g * ((before + 1) * inverse + rate * ((double)within - (above + 1) * inverse));
    before += m;
  }
  return sum;
}

/* The first hit is in the first group: P(it is the j-th of it) = C(g-j, m-1) / C(g, m). */
static double reciprocal_expected(const recs__ranks *ranks, uint32_t k) {
  const recs__tie *first = ranks->ties;
  double sum = 0, chance, g, m;
  uint64_t last;
  if (ranks->count == 0)
    return 0;
  g = (double)first->size;
  m = (double)first->hits;
  chance = m / g;
  last = least_of(inside(first, k), first->size - first->hits + 1);
  for (uint64_t j = 1; j <= last; j++) {
    sum += chance / (double)(first->above + j);
    chance *= (g - (double)j - m + 1) / (g - (double)j);
  }
  return sum;
}

static double area(const recs__ranks *ranks) {
  double hits = 0, pairs = 0, others;
  for (size_t i = 0; i < ranks->count; i++)
    hits += (double)ranks->ties[i].hits;
  others = (double)ranks->candidates - hits;
  if (others <= 0)
    return 0.5 * hits / (double)ranks->targets;
  hits = 0;
  for (size_t i = 0; i < ranks->count; i++) {
    const recs__tie *tie = &ranks->ties[i];
    double m = (double)tie->hits;
    double above = (double)tie->above - hits, tied = (double)tie->size - m;
    pairs += m * (others - above - 0.5 * tied);
    hits += m;
  }
  return pairs / (others * (double)ranks->targets);
}

void recs__ranks_judge(double out[RECS_RANKING_METRICS], const recs__ranks *ranks, uint32_t k,
                       const recs__places *places) {
  size_t ideal = k < ranks->targets ? k : ranks->targets;
  double hits = hits_expected(ranks, k);
  out[RECS_METRIC_HR] = hit_rate(ranks, k);
  out[RECS_METRIC_RECALL] = hits / (double)ranks->targets;
  out[RECS_METRIC_PRECISION] = hits / (double)k;
  out[RECS_METRIC_NDCG] = gain_expected(ranks, k, places) / places->discounts[ideal];
  out[RECS_METRIC_MAP] = precision_expected(ranks, k, places) / (double)ideal;
  out[RECS_METRIC_MRR] = reciprocal_expected(ranks, k);
  out[RECS_METRIC_AUC] = area(ranks);
}
