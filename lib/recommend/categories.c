#include "lib/recommend/categories.h"

#include "lib/base/sort.h"
#include "lib/data/ids.h"
#include "lib/data/profiles.h"

#include <math.h>
#include <string.h>

/* The tags of an item that weigh more than 0, and the sum of their weights. */
static double sum_tags(const uint32_t **tags, const float **weights, size_t *count, const recs_profiles *profiles, uint32_t item,
                       uint32_t field) {
  double sum = 0;
  *count = 0;
  if (item >= recs_ids_count(recs_profiles_ids(profiles)) ||
      recs_profiles_tags(tags, weights, count, profiles, item, field) != RECS_OK)
    return 0;
  for (size_t i = 0; i < *count; i++)
    sum += (*weights)[i] > 0 ? (double)(*weights)[i] : 0;
  return sum;
}

static int32_t list_tags(recs__categories *out, const recs_context *context, const recs_profiles *profiles, uint32_t field) {
  const uint32_t *tags;
  const float *weights;
  size_t count;
  int64_t kept = 0;
  out->tag_offsets = recs__alloc_zero(context, (size_t)out->items + 1, sizeof *out->tag_offsets);
  if (out->tag_offsets == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < out->items; item++) {
    sum_tags(&tags, &weights, &count, profiles, item, field);
    out->tag_offsets[item + 1] = out->tag_offsets[item] + (int64_t)count;
  }
  out->tags = recs__alloc(context, (size_t)out->tag_offsets[out->items], sizeof *out->tags);
  out->portions = recs__alloc(context, (size_t)out->tag_offsets[out->items], sizeof *out->portions);
  if (out->tags == NULL || out->portions == NULL)
    return recs__fail_nomem();
  for (uint32_t item = 0; item < out->items; item++) {
    double sum = sum_tags(&tags, &weights, &count, profiles, item, field);
    out->tag_offsets[item] = kept;
    for (size_t i = 0; i < count; i++) {
      if (!(weights[i] > 0))
        continue;
      out->tags[kept] = tags[i];
      out->portions[kept++] = (float)((double)weights[i] / sum);
    }
  }
  out->tag_offsets[out->items] = kept;
  return RECS_OK;
}

/* How many items each tag has, and what they sum to. Items that nobody has are in no list. */
static void count_members(recs__categories *out, double *sums, const double *popularity) {
  for (uint32_t item = 0; item < out->items; item++) {
    for (int64_t e = out->tag_offsets[item]; e < out->tag_offsets[item + 1] && popularity[item] > 0; e++) {
      out->item_offsets[out->tags[e] + 1] += 1;
      sums[out->tags[e]] += (double)out->portions[e] * popularity[item];
    }
  }
}

static void list_members(recs__categories *out, int64_t *ends, const double *sums, const double *popularity) {
  for (uint32_t item = 0; item < out->items; item++) {
    for (int64_t e = out->tag_offsets[item]; e < out->tag_offsets[item + 1] && popularity[item] > 0; e++) {
      uint32_t tag = out->tags[e];
      out->members[ends[tag]] = item;
      out->shares[ends[tag]++] = (float)((double)out->portions[e] * popularity[item] / sums[tag]);
    }
  }
}

static int32_t share_tags(recs__categories *out, const recs_context *context, const double *popularity) {
  uint32_t count = recs_ids_count(out->labels);
  int64_t entries = out->tag_offsets[out->items], *ends = NULL;
  double *sums = recs__alloc_zero(context, count, sizeof *sums);
  out->item_offsets = recs__alloc_zero(context, (size_t)count + 1, sizeof *out->item_offsets);
  out->members = recs__alloc(context, (size_t)entries, sizeof *out->members);
  out->shares = recs__alloc(context, (size_t)entries, sizeof *out->shares);
  if (sums != NULL && out->item_offsets != NULL && out->members != NULL && out->shares != NULL) {
    count_members(out, sums, popularity);
    for (uint32_t tag = 0; tag < count; tag++)
      out->item_offsets[tag + 1] += out->item_offsets[tag];
    ends = recs__copy(context, out->item_offsets, (size_t)count + 1, sizeof *ends);
    if (ends != NULL)
      list_members(out, ends, sums, popularity);
  }
  recs__free(context, sums);
  recs__free(context, ends);
  return ends == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__categories_init(recs__categories *out, recs_context *context, const recs_profiles *profiles, const char *field,
                              const double *popularity, uint32_t items) {
  uint32_t found;
  memset(out, 0, sizeof *out);
  out->items = items;
  RECS_TRY(recs__profiles_find_field(&found, profiles, field));
  RECS_TRY(recs__profiles_check_field(profiles, found, RECS_FIELD_TAGS));
  RECS_TRY(recs_ids_freeze(&out->labels, recs_profiles_tag_ids(profiles, found)));
  RECS_TRY(list_tags(out, context, profiles, found));
  return share_tags(out, context, popularity);
}

void recs__categories_free(recs__categories *categories, const recs_context *context) {
  recs_ids_free(categories->labels);
  if (categories->backing != NULL) {
    recs__release(categories->backing);
    return;
  }
  recs__free(context, categories->tag_offsets);
  recs__free(context, categories->tags);
  recs__free(context, categories->portions);
  recs__free(context, categories->item_offsets);
  recs__free(context, categories->members);
  recs__free(context, categories->shares);
}

/* A tag of an item of the history. */
typedef struct mention {
  uint32_t tag;
  double part;
  size_t place; /* so that sums have one order */
} mention;

static int by_tag(const void *first, const void *second) {
  const mention *a = first, *b = second;
  if (a->tag != b->tag)
    return a->tag < b->tag ? -1 : 1;
  return a->place < b->place ? -1 : 1;
}

static size_t list_mentions(mention *out, double *total, const recs__categories *categories, const recs_history *history) {
  size_t count = 0;
  *total = 0;
  for (size_t h = 0; h < history->count; h++) {
    uint32_t item = history->items[h];
    double weight = recs__history_weight(history, h);
    if (!(weight > 0))
      continue;
    for (int64_t e = categories->tag_offsets[item]; e < categories->tag_offsets[item + 1]; e++) {
      if (out != NULL)
        out[count] = (mention){categories->tags[e], weight * (double)categories->portions[e], count};
      *total += weight * (double)categories->portions[e];
      count += 1;
    }
  }
  return count;
}

int32_t recs__interest_init(recs__interest *out, const recs_context *context, const recs__categories *categories,
                            const recs_history *history) {
  double total;
  size_t count = list_mentions(NULL, &total, categories, history);
  mention *mentions = recs__alloc(context, count, sizeof *mentions);
  memset(out, 0, sizeof *out);
  out->tags = recs__alloc(context, count, sizeof *out->tags);
  out->parts = recs__alloc(context, count, sizeof *out->parts);
  if (mentions == NULL || out->tags == NULL || out->parts == NULL) {
    recs__free(context, mentions);
    recs__interest_free(out, context);
    return recs__fail_nomem();
  }
  list_mentions(mentions, &total, categories, history);
  recs__sort(mentions, count, sizeof *mentions, by_tag);
  for (size_t i = 0; i < count; i++) {
    if (out->count == 0 || out->tags[out->count - 1] != mentions[i].tag) {
      out->tags[out->count] = mentions[i].tag;
      out->parts[out->count++] = 0;
    }
    out->parts[out->count - 1] += mentions[i].part / total;
  }
  recs__free(context, mentions);
  return RECS_OK;
}

void recs__interest_free(recs__interest *interest, const recs_context *context) {
  recs__free(context, interest->tags);
  recs__free(context, interest->parts);
}

void recs__categories_score(const recs__categories *categories, const recs__interest *interest, recs__board *board) {
  for (size_t i = 0; i < interest->count; i++) {
    uint32_t tag = interest->tags[i];
    for (int64_t e = categories->item_offsets[tag]; e < categories->item_offsets[tag + 1]; e++)
      recs__board_add(board, categories->members[e], interest->parts[i] * (double)categories->shares[e]);
  }
}

/* The share that an item has of a tag; the members of a tag ascend. */
static double share_of(const recs__categories *categories, uint32_t tag, uint32_t item) {
  int64_t low = categories->item_offsets[tag], high = categories->item_offsets[tag + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (categories->members[middle] < item)
      low = middle + 1;
    else
      high = middle;
  }
  return low < categories->item_offsets[tag + 1] && categories->members[low] == item ? (double)categories->shares[low] : 0;
}

int32_t recs__categories_reasons(const recs__categories *categories, const recs__interest *interest, uint32_t item,
                                 recs__reasons *out) {
  for (size_t i = 0; i < interest->count; i++) {
    double amount = interest->parts[i] * share_of(categories, interest->tags[i], item);
    const char *label;
    if (amount == 0)
      continue;
    RECS_TRY(recs_ids_name(&label, NULL, categories->labels, interest->tags[i]));
    RECS_TRY(recs__reasons_add(out, RECS_REASON_TAG, interest->tags[i], label, amount));
  }
  return RECS_OK;
}

int32_t recs__categories_write(const recs__categories *categories, recs__writer *writer) {
  uint64_t tags = recs_ids_count(categories->labels), entries = (uint64_t)categories->tag_offsets[categories->items];
  RECS_SCOPED(writer, "labels", recs__ids_write(categories->labels, writer));
  RECS_TRY(recs__write(writer, "tag_offsets", RECS__I64, categories->tag_offsets, (uint64_t)categories->items + 1));
  RECS_TRY(recs__write(writer, "tags", RECS__U32, categories->tags, entries));
  RECS_TRY(recs__write(writer, "portions", RECS__F32, categories->portions, entries));
  entries = (uint64_t)categories->item_offsets[tags];
  RECS_TRY(recs__write(writer, "item_offsets", RECS__I64, categories->item_offsets, tags + 1));
  RECS_TRY(recs__write(writer, "members", RECS__U32, categories->members, entries));
  return recs__write(writer, "shares", RECS__F32, categories->shares, entries);
}

static int32_t check_parts(const char *name, const float *values, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    if (!(values[i] >= 0 && values[i] <= 1.001F)) /* a sum of 1, to rounding */
      return recs__fail(RECS_ERROR_FORMAT, "%s are damaged: %g", name, (double)values[i]);
  }
  return RECS_OK;
}

/* One of the two directions: rows of numbers below `bound` with a part of each. */
static int32_t read_rows(int64_t **offsets, uint32_t **values, float **parts, recs__reader *reader, const char *const names[3],
                         uint64_t rows, uint32_t bound) {
  const void *found;
  uint64_t entries;
  RECS_TRY(recs__read_exact(reader, names[0], RECS__I64, offsets, rows + 1));
  RECS_TRY(recs__read(reader, names[1], RECS__U32, &found, &entries));
  RECS_TRY(recs__read_exact(reader, names[1], RECS__U32, values, entries));
  RECS_TRY(recs__read_exact(reader, names[2], RECS__F32, parts, entries));
  RECS_TRY(recs__check_offsets(names[1], *offsets, rows, entries));
  RECS_TRY(recs__check_below(names[1], *values, entries, bound));
  return check_parts(names[2], *parts, entries);
}

int32_t recs__categories_read(recs__categories *out, recs__reader *reader, uint32_t items) {
  static const char *const of_items[] = {"tag_offsets", "tags", "portions"};
  static const char *const of_tags[] = {"item_offsets", "members", "shares"};
  uint32_t count;
  memset(out, 0, sizeof *out);
  out->backing = recs__hold(reader->backing);
  out->items = items;
  RECS_SCOPED(reader, "labels", recs__ids_read(&out->labels, reader));
  count = recs_ids_count(out->labels);
  RECS_TRY(read_rows(&out->tag_offsets, &out->tags, &out->portions, reader, of_items, items, count));
  return read_rows(&out->item_offsets, &out->members, &out->shares, reader, of_tags, count, items);
}
