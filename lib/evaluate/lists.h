/* What a list is worth beside its hits: how new and how different its items are, and how often each is shown. */
#ifndef RECS_LIB_EVALUATE_LISTS_H
#define RECS_LIB_EVALUATE_LISTS_H

#include "lib/evaluate/alike.h"

/* What is known of the items; read by all threads. */
typedef struct recs__list_facts {
  const recs_context *context;
  uint32_t items;
  double *information;   /* by item: -log2 of the share of training users who have it */
  recs_matrix *features; /* item x what similarity is measured by, rows of length 1 or 0 */
  recs__alike alike;     /* by them */
} recs__list_facts;

/* `field` is a tag field of the profiles; NULL: similarity is by the training users. Whatever is returned,
 * recs__list_facts_free() follows. */
int32_t recs__list_facts_init(recs__list_facts *facts, const recs_events *training, const recs_profiles *profiles,
                              const char *field, uint32_t items);
void recs__list_facts_free(recs__list_facts *facts);

/* sums[i] becomes the information of the first i + 1 items of a list. */
void recs__list_information(double *sums, const recs__list_facts *facts, const uint32_t *items, size_t count);

/* The Gini coefficient of counts, which are sorted by this; 0 when they are all 0 or there are none. */
double recs__gini(uint64_t *counts, size_t count);

#endif
