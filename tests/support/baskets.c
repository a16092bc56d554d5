#include "baskets.h"

uint32_t recs_test_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (uint32_t)(*state >> 32);
}

int32_t recs_test_baskets(recs_matrix **out, recs_context *context, const uint32_t *masks, uint32_t count,
                          uint32_t items) {
  int64_t *offsets = malloc(((size_t)count + 1) * sizeof *offsets);
  uint32_t *columns = malloc(((size_t)count * 32 + 1) * sizeof *columns);
  int64_t used = 0;
  int32_t status;
  offsets[0] = 0;
  for (uint32_t basket = 0; basket < count; basket++) {
    for (uint32_t item = 0; item < items; item++) {
      if ((masks[basket] >> item & 1) != 0)
        columns[used++] = item;
    }
    offsets[basket + 1] = used;
  }
  status = recs_matrix_create(out, context, count, items, offsets, columns, NULL);
  free(offsets);
  free(columns);
  return status;
}

void recs_test_brute_force(uint32_t *supports, const uint32_t *masks, uint32_t count, uint32_t items,
                           uint32_t minimum) {
  for (uint32_t set = 0; set < UINT32_C(1) << items; set++) {
    supports[set] = 0;
    for (uint32_t basket = 0; basket < count && set != 0; basket++)
      supports[set] += (masks[basket] & set) == set;
    if (supports[set] < minimum)
      supports[set] = 0;
  }
}

int32_t recs_test_mine(recs_itemsets **out, const recs_matrix *matrix, const recs_apriori_options *options) {
  recs_apriori *apriori;
  int32_t status = recs_apriori_create(&apriori, matrix, options);
  *out = NULL;
  if (status == RECS_OK)
    status = recs_apriori_itemsets(out, apriori, NULL, NULL);
  recs_apriori_free(apriori);
  return status;
}
