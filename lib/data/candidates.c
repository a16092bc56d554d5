#include "lib/data/candidates.h"

#include <string.h>

static void candidates_destroy(void *object) {
  recs_candidates *candidates = object;
  recs__free(candidates->object.context, candidates->bits);
}

static int32_t check_rows(const char *name, const uint32_t *list, size_t count, uint32_t rows) {
  if (list == NULL && count > 0)
    return recs__fail_null(name);
  for (size_t i = 0; i < count; i++) {
    if (list[i] >= rows)
      return recs__fail(RECS_ERROR_INVALID, "%s[%zu] is row %u, not below %u", name, i, list[i], rows);
  }
  return RECS_OK;
}

/* Every bit below `rows`, none beyond. */
static void set_all(recs_candidates *candidates, size_t words) {
  uint32_t tail = candidates->rows & 63;
  memset(candidates->bits, 0xff, words * sizeof *candidates->bits);
  if (tail != 0)
    candidates->bits[words - 1] = (UINT64_C(1) << tail) - 1;
}

static uint32_t count_bits(const uint64_t *bits, size_t words) {
  uint32_t count = 0;
  for (size_t i = 0; i < words; i++)
    count += (uint32_t)__builtin_popcountll(bits[i]);
  return count;
}

int32_t recs_candidates_create(recs_candidates **out, recs_context *context, uint32_t rows, const uint32_t *allowed,
                               size_t allowed_count, const uint32_t *denied, size_t denied_count) {
  size_t words = ((size_t)rows + 63) / 64;
  recs_candidates *candidates;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  RECS_NOT_NULL(context);
  RECS_TRY(check_rows("allowed", allowed, allowed_count, rows));
  RECS_TRY(check_rows("denied", denied, denied_count, rows));
  candidates = recs__object_new(context, sizeof *candidates, candidates_destroy);
  if (candidates == NULL)
    return recs__fail_nomem();
  candidates->rows = rows;
  candidates->bits = recs__alloc_zero(context, words, sizeof *candidates->bits);
  if (candidates->bits == NULL) {
    recs__release(candidates);
    return recs__fail_nomem();
  }
  if (allowed == NULL)
    set_all(candidates, words);
  for (size_t i = 0; i < allowed_count; i++)
    candidates->bits[allowed[i] >> 6] |= UINT64_C(1) << (allowed[i] & 63);
  for (size_t i = 0; i < denied_count; i++)
    candidates->bits[denied[i] >> 6] &= ~(UINT64_C(1) << (denied[i] & 63));
  candidates->count = count_bits(candidates->bits, words);
  *out = candidates;
  return RECS_OK;
}

void recs__candidates_drop(recs_candidates *candidates, uint32_t row) {
  uint64_t bit = UINT64_C(1) << (row & 63);
  candidates->count -= (candidates->bits[row >> 6] & bit) != 0;
  candidates->bits[row >> 6] &= ~bit;
}

void recs__candidates_intersect(recs_candidates *candidates, const recs_candidates *other) {
  size_t words = ((size_t)candidates->rows + 63) / 64;
  for (size_t i = 0; i < words; i++)
    candidates->bits[i] &= other->bits[i];
  candidates->count = count_bits(candidates->bits, words);
}

uint32_t recs_candidates_count(const recs_candidates *candidates) {
  return candidates == NULL ? 0 : candidates->count;
}

int32_t recs_candidates_has(const recs_candidates *candidates, uint32_t row) {
  return candidates != NULL && row < candidates->rows && recs__candidates_has(candidates, row);
}

void recs_candidates_free(recs_candidates *candidates) {
  recs__release(candidates);
}
