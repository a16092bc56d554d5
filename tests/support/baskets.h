/* Baskets for tests of miners: up to 32 items, a basket being a mask of them. */
#ifndef RECS_TESTS_BASKETS_H
#define RECS_TESTS_BASKETS_H

#include "support/support.h"

/* The next of a fixed row of numbers (xorshift). */
uint32_t recs_test_random(uint64_t *state);

/* A matrix of baskets x items; its values are 1. NULL and an error on failure. */
int32_t recs_test_baskets(recs_matrix **out, recs_context *context, const uint32_t *masks, uint32_t count,
                          uint32_t items);

/* All sets that are in at least `minimum` baskets: supports[mask] is the support, else 0. Room for 2^items. */
void recs_test_brute_force(uint32_t *supports, const uint32_t *masks, uint32_t count, uint32_t items, uint32_t minimum);

/* Mines a matrix. */
int32_t recs_test_mine(recs_itemsets **out, const recs_matrix *matrix, const recs_apriori_options *options);

#endif
