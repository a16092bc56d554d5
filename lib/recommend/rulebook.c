#include "lib/recommend/rulebook.h"

#include "lib/analyze/baskets/rules.h"
#include "lib/base/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A rule on its way into the book: its antecedent, the rarest item of it, and what the rule says. */
typedef struct line {
  const uint32_t *left;
  uint32_t size, anchor, right;
  float weight;
} line;

static int compare_lefts(const line *a, const line *b) {
  if (a->anchor != b->anchor)
    return a->anchor < b->anchor ? -1 : 1;
  if (a->size != b->size)
    return a->size < b->size ? -1 : 1;
  for (uint32_t k = 0; k < a->size; k++) {
    if (a->left[k] != b->left[k])
      return a->left[k] < b->left[k] ? -1 : 1;
  }
  return 0;
}

static int by_antecedent(const void *first, const void *second) {
  const line *a = first, *b = second;
  int order = compare_lefts(a, b);
  if (order != 0)
    return order;
  if (a->weight != b->weight)
    return a->weight > b->weight ? -1 : 1;
  return a->right < b->right ? -1 : a->right > b->right;
}

/* In how many baskets each item is, from the rules of one item on the left; an item that has none counts as frequent. */
static uint32_t *count_items(const recs_rules *rules, uint32_t items) {
  uint32_t *counts = recs__alloc(rules->object.context, items, sizeof *counts);
  for (uint32_t i = 0; counts != NULL && i < items; i++)
    counts[i] = UINT32_MAX;
  for (size_t i = 0; counts != NULL && i < rules->count; i++) {
    const recs__rule *one = &rules->list[i];
    if (one->left_items == 1)
      counts[rules->items[one->begin]] = one->left;
  }
  return counts;
}

static float weigh(const recs_rules *rules, const recs__rule *one, const recs__rule_weight *by) {
  double lift = recs__rules_value(rules, one, recs__rule_metric_of(RECS_METRIC_LIFT));
  double value = recs__rules_value(rules, one, recs__rule_metric_of(by->metric)) * pow(lift, by->power);
  return value > 0 && value < 1e30 ? (float)value : value > 0 ? 1e30F : 0;
}

static line make_line(const recs_rules *rules, const recs__rule *one, const uint32_t *counts, const recs__rule_weight *by) {
  line out = {.left = rules->items + one->begin, .size = one->left_items, .weight = weigh(rules, one, by)};
  out.anchor = out.left[0];
  out.right = out.left[out.size];
  for (uint32_t k = 1; k < out.size; k++) {
    if (counts[out.left[k]] < counts[out.anchor])
      out.anchor = out.left[k];
  }
  return out;
}

/* Leaves at most k lines of each antecedent, and counts what is left. */
static size_t thin(line *lines, size_t count, uint32_t k, size_t *antecedents, size_t *others) {
  size_t kept = 0, of_this = 0;
  *antecedents = *others = 0;
  for (size_t i = 0; i < count; i++) {
    if (lines[i].weight == 0)
      continue;
    if (kept == 0 || compare_lefts(&lines[kept - 1], &lines[i]) != 0) {
      of_this = 0;
      *antecedents += 1;
      *others += lines[i].size - 1;
    }
    if (of_this++ < k)
      lines[kept++] = lines[i];
  }
  return kept;
}

static int32_t open_book(recs__rulebook *book, const recs_context *context, size_t antecedents, size_t others, size_t rules) {
  book->anchors = recs__alloc_zero(context, (size_t)book->items + 1, sizeof *book->anchors);
  book->lefts = recs__alloc_zero(context, antecedents + 1, sizeof *book->lefts);
  book->rights = recs__alloc_zero(context, antecedents + 1, sizeof *book->rights);
  book->others = recs__alloc(context, others, sizeof *book->others);
  book->consequents = recs__alloc(context, rules, sizeof *book->consequents);
  book->weights = recs__alloc(context, rules, sizeof *book->weights);
  return book->anchors == NULL || book->lefts == NULL || book->rights == NULL || book->others == NULL ||
                 book->consequents == NULL || book->weights == NULL
             ? recs__fail_nomem()
             : RECS_OK;
}

static void begin_antecedent(recs__rulebook *book, const line *one) {
  int64_t other = book->lefts[book->antecedents];
  for (uint32_t k = 0; k < one->size; k++) {
    if (one->left[k] != one->anchor)
      book->others[other++] = one->left[k];
  }
  book->antecedents += 1;
  book->lefts[book->antecedents] = other;
  book->rights[book->antecedents] = book->rights[book->antecedents - 1];
  book->anchors[one->anchor + 1] += 1;
}

static void write_lines(recs__rulebook *book, const line *lines, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int64_t place;
    if (i == 0 || compare_lefts(&lines[i - 1], &lines[i]) != 0)
      begin_antecedent(book, &lines[i]);
    place = book->rights[book->antecedents]++;
    book->consequents[place] = lines[i].right;
    book->weights[place] = lines[i].weight;
  }
  for (uint32_t item = 0; item < book->items; item++)
    book->anchors[item + 1] += book->anchors[item];
}

int32_t recs__rulebook_init(recs__rulebook *out, const recs_rules *rules, uint32_t items, const recs__rule_weight *weight) {
  recs_context *context = rules->object.context;
  uint32_t *counts = count_items(rules, items);
  line *lines = recs__alloc(context, rules->count, sizeof *lines);
  size_t antecedents, others, count;
  int32_t status = RECS_OK;
  memset(out, 0, sizeof *out);
  out->items = items;
  if (counts == NULL || lines == NULL)
    status = recs__fail_nomem();
  if (status == RECS_OK && rules->count >= RECS_NO_ROW)
    status = recs__fail(RECS_ERROR_OVERFLOW, "%zu rules are too many to serve: raise min_count", rules->count);
  if (status == RECS_OK) {
    for (size_t i = 0; i < rules->count; i++)
      lines[i] = make_line(rules, &rules->list[i], counts, weight);
    recs__sort(lines, rules->count, sizeof *lines, by_antecedent);
    count = thin(lines, rules->count, weight->k, &antecedents, &others);
    status = open_book(out, context, antecedents, others, count);
    if (status == RECS_OK)
      write_lines(out, lines, count);
  }
  recs__free(context, lines);
  recs__free(context, counts);
  return status;
}

void recs__rulebook_free(recs__rulebook *book, const recs_context *context) {
  if (book->backing != NULL) {
    recs__release(book->backing);
    return;
  }
  recs__free(context, book->anchors);
  recs__free(context, book->lefts);
  recs__free(context, book->others);
  recs__free(context, book->rights);
  recs__free(context, book->consequents);
  recs__free(context, book->weights);
}

int32_t recs__rulebook_write(const recs__rulebook *book, recs__writer *writer) {
  uint64_t antecedents = book->antecedents, rules = (uint64_t)book->rights[antecedents];
  RECS_TRY(recs__write_u64(writer, "antecedents", antecedents));
  RECS_TRY(recs__write(writer, "anchors", RECS__I64, book->anchors, (uint64_t)book->items + 1));
  RECS_TRY(recs__write(writer, "lefts", RECS__I64, book->lefts, antecedents + 1));
  RECS_TRY(recs__write(writer, "others", RECS__U32, book->others, (uint64_t)book->lefts[antecedents]));
  RECS_TRY(recs__write(writer, "rights", RECS__I64, book->rights, antecedents + 1));
  RECS_TRY(recs__write(writer, "consequents", RECS__U32, book->consequents, rules));
  return recs__write(writer, "weights", RECS__F32, book->weights, rules);
}

/* Offsets rise, rows are of the catalogue, no antecedent is longer than may be, and weights are positive. */
static int32_t check(const recs__rulebook *book, uint64_t others, uint64_t rules) {
  int fine = 1;
  RECS_TRY(recs__check_offsets("the antecedents of an item", book->anchors, book->items, book->antecedents));
  RECS_TRY(recs__check_offsets("the items of an antecedent", book->lefts, book->antecedents, others));
  RECS_TRY(recs__check_offsets("the rules of an antecedent", book->rights, book->antecedents, rules));
  RECS_TRY(recs__check_below("the items of an antecedent", book->others, others, book->items));
  RECS_TRY(recs__check_below("consequents", book->consequents, rules, book->items));
  for (uint32_t a = 0; a < book->antecedents; a++)
    fine &= book->lefts[a + 1] - book->lefts[a] < RECS__RULE_ITEMS;
  for (uint64_t r = 0; r < rules; r++)
    fine &= book->weights[r] > 0 && book->weights[r] < HUGE_VALF;
  return fine ? RECS_OK : recs__fail(RECS_ERROR_FORMAT, "the rules are damaged");
}

int32_t recs__rulebook_read(recs__rulebook *out, recs__reader *reader, uint32_t items) {
  const void *ignored;
  uint64_t antecedents, others, rules;
  memset(out, 0, sizeof *out);
  out->backing = recs__hold(reader->backing);
  out->items = items;
  RECS_TRY(recs__read_u64(reader, "antecedents", 0, RECS_NO_ROW - 1, &antecedents));
  out->antecedents = (uint32_t)antecedents;
  RECS_TRY(recs__read(reader, "others", RECS__U32, &ignored, &others));
  RECS_TRY(recs__read(reader, "consequents", RECS__U32, &ignored, &rules));
  RECS_TRY(recs__read_exact(reader, "anchors", RECS__I64, &out->anchors, (uint64_t)items + 1));
  RECS_TRY(recs__read_exact(reader, "lefts", RECS__I64, &out->lefts, antecedents + 1));
  RECS_TRY(recs__read_exact(reader, "others", RECS__U32, &out->others, others));
  RECS_TRY(recs__read_exact(reader, "rights", RECS__I64, &out->rights, antecedents + 1));
  RECS_TRY(recs__read_exact(reader, "consequents", RECS__U32, &out->consequents, rules));
  RECS_TRY(recs__read_exact(reader, "weights", RECS__F32, &out->weights, rules));
  return check(out, others, rules);
}

/* Numbers of the item above, and below the bits of its weight, which rise with it. */
static uint64_t *pack_history(size_t *count, const recs_context *context, const recs_history *history) {
  uint64_t *packed = recs__alloc(context, history->count, sizeof *packed);
  *count = 0;
  for (size_t h = 0; packed != NULL && h < history->count; h++) {
    float weight = (float)recs__history_weight(history, h);
    uint32_t bits;
    memcpy(&bits, &weight, sizeof bits);
    if (weight > 0)
      packed[(*count)++] = (uint64_t)history->items[h] << 32 | bits;
  }
  if (packed != NULL)
    recs__sort_u64(packed, *count);
  return packed;
}

int32_t recs__rule_query_init(recs__rule_query *out, const recs_context *context, const recs_history *history) {
  size_t count;
  uint64_t *packed = pack_history(&count, context, history);
  out->items = recs__alloc(context, count, sizeof *out->items);
  out->weights = recs__alloc(context, count, sizeof *out->weights);
  out->count = 0;
  if (packed == NULL || out->items == NULL || out->weights == NULL) {
    recs__free(context, packed);
    recs__rule_query_free(out, context);
    return recs__fail_nomem();
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)packed[i];
    if (i + 1 < count && packed[i + 1] >> 32 == packed[i] >> 32)
      continue; /* the last one of an item weighs most */
    out->items[out->count] = (uint32_t)(packed[i] >> 32);
    memcpy(&out->weights[out->count++], &bits, sizeof bits);
  }
  recs__free(context, packed);
  return RECS_OK;
}

void recs__rule_query_free(recs__rule_query *query, const recs_context *context) {
  recs__free(context, query->items);
  recs__free(context, query->weights);
}

/* The place of an item in the query, or its count. */
static size_t find_item(const recs__rule_query *query, uint32_t item) {
  size_t low = 0, high = query->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (query->items[middle] < item)
      low = middle + 1;
    else
      high = middle;
  }
  return low < query->count && query->items[low] == item ? low : query->count;
}

/* The least weight of the antecedent's items; 0 when one is missing. */
static double match(const recs__rulebook *book, const recs__rule_query *query, int64_t antecedent, float weight) {
  for (int64_t o = book->lefts[antecedent]; o < book->lefts[antecedent + 1]; o++) {
    size_t place = find_item(query, book->others[o]);
    if (place == query->count)
      return 0;
    weight = query->weights[place] < weight ? query->weights[place] : weight;
  }
  return (double)weight;
}

int recs__rule_walk_next(recs__rule_walk *walk, const recs__rulebook *book, const recs__rule_query *query) {
  for (; walk->place < query->count; walk->place++, walk->next = -1) {
    uint32_t item = query->items[walk->place];
    int64_t next = walk->next < 0 ? book->anchors[item] : walk->next;
    for (; next < book->anchors[item + 1]; next++) {
      walk->weight = match(book, query, next, query->weights[walk->place]);
      if (walk->weight == 0)
        continue;
      walk->found = (uint32_t)next;
      walk->next = next + 1;
      return 1;
    }
  }
  return 0;
}
