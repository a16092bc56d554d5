/* recs itemsets: what is bought together. */
#include "mining.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where rows go. */
typedef struct row_writer {
  out_sheet *sheet;
  const basket_data *baskets;
  double total; /* of baskets that are not empty */
} row_writer;

static int32_t write_itemset(void *payload, const uint32_t *items, size_t size, uint64_t support) {
  const row_writer *self = payload;
  json_t *row = json_object();
  json_object_set_new(row, "items", set_text(self->baskets, items, size));
  json_object_set_new(row, "size", json_integer((json_int_t)size));
  json_object_set_new(row, "count", json_integer((json_int_t)support));
  json_object_set_new(row, "support", sheet_real((double)support / self->total));
  sheet_row(self->sheet, row);
  return 0;
}

/* An itemset's place in the list, and what it is sorted by. */
typedef struct ranked {
  uint64_t number, support;
} ranked;

static int by_support(const void *a, const void *b) {
  const ranked *left = a, *right = b;
  if (left->support != right->support)
    return left->support > right->support ? -1 : 1;
  return left->number < right->number ? -1 : 1;
}

/* The highest supports first. */
static int print_itemsets(const row_writer *writer, const recs_itemsets *itemsets) {
  uint64_t count = recs_itemsets_count(itemsets);
  ranked *list = malloc((count + 1) * sizeof *list);
  const uint32_t *items;
  size_t size;
  if (list == NULL)
    return bad_input("out of memory");
  for (uint64_t i = 0; i < count; i++) {
    list[i].number = i;
    recs_itemsets_get(NULL, NULL, &list[i].support, itemsets, i);
  }
  qsort(list, count, sizeof *list, by_support);
  for (uint64_t i = 0; i < count; i++) {
    if (recs_itemsets_get(&items, &size, NULL, itemsets, list[i].number) == RECS_OK)
      write_itemset((void *)(uintptr_t)writer, items, size, list[i].support);
  }
  free(list);
  return EXIT_DONE;
}

static int show_itemsets(const basket_data *baskets, const mining_flags *given, out_sheet *sheet) {
  row_writer writer = {.sheet = sheet, .baskets = baskets};
  recs_itemsets *itemsets = NULL;
  int code = mine(&itemsets, baskets, given, sheet);
  if (code == EXIT_DONE) {
    writer.total = (double)recs_itemsets_baskets(itemsets);
    code = print_itemsets(&writer, itemsets);
    sheet_value(sheet, "baskets", json_integer((json_int_t)writer.total));
    report_cut(itemsets, sheet);
  }
  recs_itemsets_free(itemsets);
  return code;
}

/* Rows are written as itemsets are found, and none is kept. */
static int stream_itemsets(const basket_data *baskets, const mining_flags *given, out_sheet *sheet) {
  row_writer writer = {.sheet = sheet, .baskets = baskets};
  recs_apriori *miner;
  int code = open_miner(&miner, baskets, given);
  if (code == EXIT_DONE) {
    writer.total = (double)recs_apriori_baskets(miner);
    if (recs_apriori_stream(miner, write_itemset, &writer) != RECS_OK)
      code = report_failure(NULL);
  }
  recs_apriori_free(miner);
  return code;
}

static int count_itemsets(const basket_data *baskets, const mining_flags *given, out_sheet *sheet) {
  recs_apriori *miner;
  uint64_t count = 0;
  double start = seconds_now();
  int code = open_miner(&miner, baskets, given);
  if (code == EXIT_DONE && recs_apriori_count(&count, miner, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  recs_apriori_free(miner);
  sheet_time(sheet, "read", baskets->seconds);
  sheet_time(sheet, "fit", seconds_now() - start);
  sheet_value(sheet, "count", json_integer((json_int_t)(count > INT64_MAX ? INT64_MAX : count)));
  return code;
}

/* With a budget, what was cut must be told beside the count. */
static int count_kept(const basket_data *baskets, const mining_flags *given, out_sheet *sheet) {
  recs_itemsets *itemsets = NULL;
  int code = mine(&itemsets, baskets, given, sheet);
  if (code == EXIT_DONE) {
    sheet_value(sheet, "count", json_integer((json_int_t)recs_itemsets_count(itemsets)));
    report_cut(itemsets, sheet);
  }
  recs_itemsets_free(itemsets);
  return code;
}

static int is_limited(const mining_flags *given) {
  return given->top > 0 || given->budget_mb > 0 || given->budget_seconds > 0;
}

static int answer(const basket_data *baskets, const mining_flags *given, out_sheet *sheet, int count_only) {
  const char *format = given->settings.format;
  if (count_only)
    return is_limited(given) ? count_kept(baskets, given, sheet) : count_itemsets(baskets, given, sheet);
  if (!is_limited(given) && (strcmp(format, "csv") == 0 || strcmp(format, "jsonl") == 0))
    return stream_itemsets(baskets, given, sheet);
  return show_itemsets(baskets, given, sheet);
}

/* A support that was not given: that of --top is a single basket. */
static void choose_support(mining_flags *given) {
  if (!isinf(given->min_support))
    return;
  given->min_support = 0.01;
  if (given->top > 0 && given->min_count == 0)
    given->min_count = 1;
}

static int run(int count, char **arguments) {
  mining_flags given;
  basket_data baskets;
  out_sheet *sheet;
  int code, count_only = 0;
  mining_flags_init(&given);
  given.min_support = -INFINITY;
  const flag flags[] = {
      MINING_FLAGS(given),
      {"kind", FLAG_TEXT, &given.kind, "KIND", "all (default), closed or maximal"},
      {"top", FLAG_COUNT, &given.top, "K", "only the K of the highest support; no --min-support needed"},
      {"min-size", FLAG_COUNT, &given.min_size, "N", "smallest itemset"},
      {"contains", FLAG_LIST, &given.contains, "ITEM", "only itemsets with this item; may be repeated"},
      {"excludes", FLAG_LIST, &given.excludes, "ITEM", "only itemsets without this item; may be repeated"},
      {"taxonomy", FLAG_TEXT, &given.taxonomy, "FILE", "item,category rows: categories count as items of their baskets"},
      {"min-quantity", FLAG_REAL, &given.min_quantity, "Q", "a basket has an item when it holds at least Q of it"},
      {"budget-mb", FLAG_REAL, &given.budget_mb, "M", "keep what has the highest support in M megabytes, say what was cut"},
      {"budget-seconds", FLAG_REAL, &given.budget_seconds, "S", "give what was finished after S seconds, say what was cut"},
      {"count", FLAG_SWITCH, &count_only, NULL, "print only how many there are, as JSON"},
      CATALOGUE_FLAGS(given.items),
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE --min-support S [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  choose_support(&given);
  sheet = count_only ? sheet_open(stdout, "json", NULL) : sheet_open(stdout, given.settings.format, "itemsets");
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  code = open_baskets_by(&baskets, &given.settings, arguments[1], &given.columns, &given.items, given.min_quantity != 0);
  if (code == EXIT_DONE)
    code = answer(&baskets, &given, sheet, count_only);
  close_baskets(&baskets);
  mining_flags_free(&given);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_itemsets = {"itemsets", "FILE --min-support S", "mine frequent itemsets from baskets", run};
