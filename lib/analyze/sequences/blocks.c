/* The tree of matching blocks, and the public functions that walk it. */
#include "lib/analyze/sequences/blocks.h"

#include <recs/analyze.h>

/* From this length of b on, autojunk calls a symbol popular when it fills more than 1/100 of b and one place. */
enum { POPULAR_LENGTH = 200, POPULAR_SHARE = 100 };

uint32_t recs__popular_limit(size_t b_count, int32_t autojunk) {
  return autojunk != 0 && b_count >= POPULAR_LENGTH ? (uint32_t)(b_count / POPULAR_SHARE + 1) : UINT32_MAX;
}

/* Popular symbols begin no block, but they lengthen one. */
static void extend(const recs__blocks *blocks, const recs__range *within, recs__block *best) {
  const uint32_t *a = blocks->a, *b = blocks->b;
  while (best->a > within->a_low && best->b > within->b_low && a[best->a - 1] == b[best->b - 1]) {
    best->a -= 1;
    best->b -= 1;
    best->length += 1;
  }
  while (best->a + best->length < within->a_high && best->b + best->length < within->b_high &&
         a[best->a + best->length] == b[best->b + best->length])
    best->length += 1;
}

/* Blocks come in order; one that touches the last on both sides lengthens it. */
static void add_block(recs__block_list *list, recs__block found) {
  size_t last = list->count - 1; /* not used while count is 0 */
  list->total += found.length;
  if (list->lengths == NULL)
    return;
  if (list->count > 0 && list->a_starts[last] + list->lengths[last] == found.a &&
      list->b_starts[last] + list->lengths[last] == found.b) {
    list->lengths[last] += found.length;
    return;
  }
  list->a_starts[list->count] = found.a;
  list->b_starts[list->count] = found.b;
  list->lengths[list->count] = found.length;
  list->count += 1;
}

static int is_empty(const recs__range *within) {
  return within->a_low >= within->a_high || within->b_low >= within->b_high;
}

static int32_t push(recs__blocks *blocks, recs__block found, recs__range right) {
  RECS_TRY(recs__grow(blocks->context, &blocks->stack, &blocks->capacity, blocks->depth + 1, sizeof *blocks->stack));
  blocks->stack[blocks->depth++] = (recs__pending){found, right};
  return RECS_OK;
}

static recs__block longest(const recs__blocks *blocks, const recs__range *within) {
  recs__block found = {0, 0, 0};
  if (is_empty(within))
    return found;
  found = blocks->longest(blocks->method, within);
  if (blocks->popular)
    extend(blocks, within, &found);
  return found;
}

int32_t recs__blocks_find(recs__blocks *blocks, recs__block_list *list) {
  recs__range within = {0, blocks->a_count, 0, blocks->b_count};
  blocks->depth = 0; /* the tree may be as deep as the sequences are long */
  for (;;) {
    recs__block found = longest(blocks, &within);
    if (found.length > 0) {
      RECS_TRY(push(blocks, found, (recs__range){found.a + found.length, within.a_high, found.b + found.length, within.b_high}));
      within.a_high = found.a;
      within.b_high = found.b;
    } else if (blocks->depth > 0) {
      blocks->depth -= 1;
      add_block(list, blocks->stack[blocks->depth].found);
      within = blocks->stack[blocks->depth].right;
    } else {
      return RECS_OK;
    }
  }
}

void recs__blocks_free(recs__blocks *blocks) {
  recs__free(blocks->context, blocks->stack);
}

static int32_t match_by_places(recs__blocks *blocks, recs__block_list *list, const recs__profile *b, uint32_t limit) {
  recs__run_places places;
  int32_t status;
  blocks->longest = recs__run_places_longest;
  blocks->method = &places;
  RECS_GO(recs__run_places_init(&places, b, blocks->a, blocks->a_count, limit));
  RECS_GO(recs__blocks_find(blocks, list));
cleanup:
  recs__run_places_free(&places);
  return status;
}

int32_t recs__blocks_match(recs__blocks *blocks, recs__block_list *list, recs__run_bits *bits, const recs__profile *b, uint32_t limit) {
  blocks->context = b->context;
  if (!recs__run_bits_fit(b, blocks->a_count))
    return match_by_places(blocks, list, b, limit);
  blocks->longest = recs__run_bits_longest;
  blocks->method = bits;
  RECS_TRY(recs__run_bits_load(bits, b, blocks->a, blocks->a_count, limit));
  return recs__blocks_find(blocks, list);
}

static int32_t match(recs__block_list *list, recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                     size_t b_count, int32_t autojunk) {
  recs__blocks blocks = {.context = context, .a = a, .b = b};
  uint32_t limit = recs__popular_limit(b_count, autojunk);
  recs__run_bits bits = {.context = context};
  recs__profile profile;
  int32_t status;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__sequence_check("a", a, a_count));
  RECS_TRY(recs__sequence_check("b", b, b_count));
  if (autojunk != 0 && autojunk != 1)
    return recs__fail(RECS_ERROR_INVALID, "autojunk is %d, neither 0 nor 1", autojunk);
  if (a_count == 0 || b_count == 0)
    return RECS_OK;
  blocks.a_count = (uint32_t)a_count;
  blocks.b_count = (uint32_t)b_count;
  blocks.popular = limit != UINT32_MAX;
  RECS_GO(recs__profile_init(&profile, context, b, b_count));
  RECS_GO(recs__blocks_match(&blocks, list, &bits, &profile, limit));
cleanup:
  recs__run_bits_free(&bits);
  recs__profile_free(&profile);
  recs__blocks_free(&blocks);
  return status;
}

int32_t recs_sequence_ratio(double *out, recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                            size_t b_count, int32_t autojunk) {
  recs__block_list list = {0};
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_TRY(match(&list, context, a, a_count, b, b_count, autojunk));
  *out = a_count + b_count == 0 ? 1.0 : 2.0 * (double)list.total / (double)(a_count + b_count);
  return RECS_OK;
}

int32_t recs_sequence_blocks(size_t *a_starts, size_t *b_starts, size_t *lengths, size_t *count, recs_context *context,
                             const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, int32_t autojunk) {
  recs__block_list list = {a_starts, b_starts, lengths, 0, 0};
  recs__enter();
  RECS_NOT_NULL(count);
  *count = 0;
  RECS_NOT_NULL(a_starts);
  RECS_NOT_NULL(b_starts);
  RECS_NOT_NULL(lengths);
  RECS_TRY(match(&list, context, a, a_count, b, b_count, autojunk));
  a_starts[list.count] = a_count;
  b_starts[list.count] = b_count;
  lengths[list.count] = 0;
  *count = list.count + 1;
  return RECS_OK;
}
