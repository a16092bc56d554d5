/* Rules with one item on the right, in the order in which requests look for them: an antecedent stands with its rarest item. */
#ifndef RECS_LIB_RECOMMEND_RULEBOOK_H
#define RECS_LIB_RECOMMEND_RULEBOOK_H

#include "lib/recommend/scorer.h"

#include <recs/analyze.h>

enum { RECS__RULE_ITEMS = 8 /* on the left, at most */ };

typedef struct recs__rulebook {
  recs__object *backing; /* not NULL: the arrays belong to it */
  uint32_t items;        /* the catalogue */
  uint32_t antecedents;
  int64_t *anchors;      /* items + 1: where the antecedents of each item begin */
  int64_t *lefts;        /* antecedents + 1: where the other items of each begin */
  uint32_t *others;      /* ascending */
  int64_t *rights;       /* antecedents + 1: where its rules begin */
  uint32_t *consequents; /* the heaviest first */
  float *weights;        /* above 0 */
} recs__rulebook;

/* How a rule weighs: metric x lift^power. Of one antecedent the `k` heaviest rules stay, and none that weighs nothing. */
typedef struct recs__rule_weight {
  int32_t metric; /* RECS_METRIC_* */
  double power;
  uint32_t k;
} recs__rule_weight;

/* recs__rulebook_free() follows, whatever is returned. O(rules log rules). */
int32_t recs__rulebook_init(recs__rulebook *out, const recs_rules *rules, uint32_t items, const recs__rule_weight *weight);
void recs__rulebook_free(recs__rulebook *book, const recs_context *context);

int32_t recs__rulebook_write(const recs__rulebook *book, recs__writer *writer);
/* Rules of a catalogue of `items`, checked. They hold the reader's backing; recs__rulebook_free() follows, whatever is returned. */
int32_t recs__rulebook_read(recs__rulebook *out, recs__reader *reader, uint32_t items);

/* The items of a history that weigh more than 0, each once with its largest weight, ascending. */
typedef struct recs__rule_query {
  uint32_t *items;
  float *weights;
  size_t count;
} recs__rule_query;

int32_t recs__rule_query_init(recs__rule_query *out, const recs_context *context, const recs_history *history);
void recs__rule_query_free(recs__rule_query *query, const recs_context *context);

/* The antecedents that a history has all items of: *place and *antecedent begin at 0. Returns 0 at the end, else 1 with the antecedent in
 * *found and the least weight of its items. */
typedef struct recs__rule_walk {
  size_t place;   /* in the query */
  int64_t next;   /* antecedent; -1: those of the next item */
  uint32_t found; /* antecedent */
  double weight;
} recs__rule_walk;

int recs__rule_walk_next(recs__rule_walk *walk, const recs__rulebook *book, const recs__rule_query *query);

#endif
