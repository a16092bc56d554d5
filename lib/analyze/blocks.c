/* Matching blocks as Python's difflib finds them (Ratcliff and Obershelp 1988): the longest common run of the whole,
 * then the same to its left and to its right. */
#include "lib/analyze/symbols.h"

#include <recs/analyze.h>

/* From this length of b on, autojunk calls a symbol popular when it fills more than 1/100 of b and one place. */
enum { POPULAR_LENGTH = 200, POPULAR_SHARE = 100 };

/* Half-open ranges of a and b. */
typedef struct range {
  uint32_t a_low, a_high, b_low, b_high;
} range;

typedef struct block {
  uint32_t a, b, length;
} block;

/* A block whose left side is being worked on, and the right side that comes after it. */
typedef struct pending {
  block found;
  range right;
} pending;

/* The places of one symbol of b within its `positions`. One that is popular has begin POPULAR and end 0: no places. */
typedef struct span {
  uint32_t begin, end;
} span;
#define POPULAR UINT32_MAX

/* The matches of a diagonal that end just before row `next` began in row `start`. */
typedef struct run {
  uint32_t next, start;
} run;

typedef struct matching {
  const recs_context *context;
  const uint32_t *a, *b;
  uint32_t a_count, b_count;
  uint32_t *numbers;   /* of a's symbols among b's; one more than b's last for a stranger */
  span *spans;         /* by such a number; the stranger's is empty */
  uint32_t *positions; /* in b, ascending within a symbol */
  run *runs;           /* by diagonal: b's position - a's position + a_count */
  pending *stack;
  size_t depth, capacity;
} matching;

/* Where blocks go; the arrays are NULL when only the total is wanted. */
typedef struct block_list {
  size_t *a_starts, *b_starts, *lengths;
  size_t count;
  uint64_t total;
} block_list;

static void matcher_free(matching *matcher) {
  recs__free(matcher->context, matcher->numbers);
  recs__free(matcher->context, matcher->spans);
  recs__free(matcher->context, matcher->positions);
  recs__free(matcher->context, matcher->runs);
  recs__free(matcher->context, matcher->stack);
}

/* Sorts b's positions by symbol, by counting; `numbers` are b's own here. */
static void list_positions(matching *matcher, uint32_t symbols, uint32_t limit) {
  uint32_t at = 0;
  for (uint32_t j = 0; j < matcher->b_count; j++)
    matcher->spans[matcher->numbers[j]].end += 1;
  for (uint32_t s = 0; s < symbols; s++) {
    uint32_t count = matcher->spans[s].end;
    matcher->spans[s] = count > limit ? (span){POPULAR, 0} : (span){at, at};
    at += count > limit ? 0 : count;
  }
  for (uint32_t j = 0; j < matcher->b_count; j++) {
    span *places = &matcher->spans[matcher->numbers[j]];
    if (places->begin != POPULAR)
      matcher->positions[places->end++] = j;
  }
}

static int32_t index_symbols(matching *matcher, int32_t autojunk) {
  recs__symbols symbols;
  uint32_t limit = UINT32_MAX;
  int32_t status = RECS_OK;
  if (autojunk != 0 && matcher->b_count >= POPULAR_LENGTH)
    limit = matcher->b_count / POPULAR_SHARE + 1;
  RECS_TRY(recs__symbols_init(&symbols, matcher->context, matcher->b, matcher->b_count, matcher->numbers));
  matcher->spans = recs__alloc_zero(matcher->context, (size_t)symbols.count + 1, sizeof *matcher->spans);
  if (matcher->spans == NULL) {
    status = recs__fail_nomem();
  } else {
    list_positions(matcher, symbols.count, limit);
    recs__symbols_find(&symbols, matcher->a, matcher->a_count, matcher->numbers);
  }
  recs__symbols_free(&symbols);
  return status;
}

static int32_t matcher_init(matching *matcher, int32_t autojunk) {
  size_t longest = matcher->a_count > matcher->b_count ? matcher->a_count : matcher->b_count;
  matcher->numbers = recs__alloc(matcher->context, longest, sizeof *matcher->numbers);
  matcher->positions = recs__alloc(matcher->context, matcher->b_count, sizeof *matcher->positions);
  matcher->runs = recs__alloc_zero(matcher->context, (size_t)matcher->a_count + matcher->b_count,
                                   sizeof *matcher->runs);
  if (matcher->numbers == NULL || matcher->positions == NULL || matcher->runs == NULL)
    return recs__fail_nomem();
  return index_symbols(matcher, autojunk);
}

/* The first place of a symbol that is not below `low`. */
static uint32_t first_place(const matching *matcher, span places, uint32_t low) {
  uint32_t begin = places.begin, end = places.end;
  while (begin < end) {
    uint32_t middle = begin + (end - begin) / 2;
    if (matcher->positions[middle] < low)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

/* Lets row i of a meet its places in b. What a diagonal remembers of an earlier, larger range could only be mistaken
 * for this range's at its upper and left edge, where runs begin anew. A run must be longer to replace the best, so the
 * first one in a, then in b, wins. */
static void match_row(const matching *matcher, const range *within, uint32_t i, block *best) {
  span places = matcher->spans[matcher->numbers[i]];
  run *runs = matcher->runs + (matcher->a_count - i);
  uint32_t place = places.begin;
  if (within->b_low > 0)
    place = first_place(matcher, places, within->b_low);
  for (; place < places.end; place++) {
    uint32_t j = matcher->positions[place], length;
    run *at = &runs[j];
    if (j >= within->b_high)
      break;
    if (at->next != i || i == within->a_low || j == within->b_low)
      at->start = i;
    at->next = i + 1;
    length = at->next - at->start;
    if (length > best->length)
      *best = (block){at->start, j + 1 - length, length};
  }
}

/* Popular symbols begin no block, but they lengthen one. */
static void extend(const matching *matcher, const range *within, block *best) {
  const uint32_t *a = matcher->a, *b = matcher->b;
  while (best->a > within->a_low && best->b > within->b_low && a[best->a - 1] == b[best->b - 1]) {
    best->a -= 1;
    best->b -= 1;
    best->length += 1;
  }
  while (best->a + best->length < within->a_high && best->b + best->length < within->b_high &&
         a[best->a + best->length] == b[best->b + best->length])
    best->length += 1;
}

static block longest_match(const matching *matcher, const range *within) {
  block best = {within->a_low, within->b_low, 0};
  for (uint32_t i = within->a_low; i < within->a_high; i++)
    match_row(matcher, within, i, &best);
  extend(matcher, within, &best);
  return best;
}

/* Blocks come in order; one that touches the last on both sides lengthens it. */
static void add_block(block_list *list, block found) {
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

static int is_empty(const range *within) {
  return within->a_low >= within->a_high || within->b_low >= within->b_high;
}

static int32_t push(matching *matcher, block found, range right) {
  RECS_TRY(recs__grow(matcher->context, &matcher->stack, &matcher->capacity, matcher->depth + 1,
                      sizeof *matcher->stack));
  matcher->stack[matcher->depth++] = (pending){found, right};
  return RECS_OK;
}

/* Walks the tree of blocks from left to right, with a stack of its own: it may be as deep as the sequences are long. */
static int32_t find_blocks(matching *matcher, block_list *list) {
  range within = {0, matcher->a_count, 0, matcher->b_count};
  for (;;) {
    block found = {0, 0, 0};
    if (!is_empty(&within))
      found = longest_match(matcher, &within);
    if (found.length > 0) {
      range right = {found.a + found.length, within.a_high, found.b + found.length, within.b_high};
      RECS_TRY(push(matcher, found, right));
      within.a_high = found.a;
      within.b_high = found.b;
    } else if (matcher->depth > 0) {
      matcher->depth -= 1;
      add_block(list, matcher->stack[matcher->depth].found);
      within = matcher->stack[matcher->depth].right;
    } else {
      return RECS_OK;
    }
  }
}

static int32_t match(block_list *list, recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                     size_t b_count, int32_t autojunk) {
  matching matcher = {.context = context, .a = a, .b = b};
  int32_t status;
  RECS_NOT_NULL(context);
  RECS_TRY(recs__sequence_check("a", a, a_count));
  RECS_TRY(recs__sequence_check("b", b, b_count));
  if (autojunk != 0 && autojunk != 1)
    return recs__fail(RECS_ERROR_INVALID, "autojunk is %d, neither 0 nor 1", autojunk);
  if (a_count == 0 || b_count == 0)
    return RECS_OK;
  matcher.a_count = (uint32_t)a_count;
  matcher.b_count = (uint32_t)b_count;
  RECS_GO(matcher_init(&matcher, autojunk));
  RECS_GO(find_blocks(&matcher, list));
cleanup:
  matcher_free(&matcher);
  return status;
}

int32_t recs_sequence_ratio(double *out, recs_context *context, const uint32_t *a, size_t a_count, const uint32_t *b,
                            size_t b_count, int32_t autojunk) {
  block_list list = {0};
  recs__enter();
  RECS_NOT_NULL(out);
  *out = 0;
  RECS_TRY(match(&list, context, a, a_count, b, b_count, autojunk));
  *out = a_count + b_count == 0 ? 1.0 : 2.0 * (double)list.total / (double)(a_count + b_count);
  return RECS_OK;
}

int32_t recs_sequence_blocks(size_t *a_starts, size_t *b_starts, size_t *lengths, size_t *count, recs_context *context,
                             const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, int32_t autojunk) {
  block_list list = {a_starts, b_starts, lengths, 0, 0};
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
