/* recs itemsets: what is bought together. */
#include "mining.h"

static void print_itemsets(out_sheet *sheet, const basket_data *baskets, const recs_itemsets *itemsets) {
  double total = (double)recs_itemsets_baskets(itemsets);
  for (uint64_t i = 0; i < recs_itemsets_count(itemsets); i++) {
    const uint32_t *items;
    size_t size;
    uint64_t support;
    json_t *row = json_object();
    if (recs_itemsets_get(&items, &size, &support, itemsets, i) != RECS_OK)
      break;
    json_object_set_new(row, "items", set_text(baskets, items, size));
    json_object_set_new(row, "size", json_integer((json_int_t)size));
    json_object_set_new(row, "count", json_integer((json_int_t)support));
    json_object_set_new(row, "support", sheet_real((double)support / total));
    sheet_row(sheet, row);
  }
}

static int run(int count, char **arguments) {
  mining_flags given;
  basket_data baskets;
  recs_itemsets *itemsets = NULL;
  out_sheet *sheet;
  int code, count_only = 0;
  mining_flags_init(&given);
  const flag flags[] = {
      MINING_FLAGS(given),
      {"kind", FLAG_TEXT, &given.kind, "KIND", "all (default), closed or maximal"},
      {"count", FLAG_SWITCH, &count_only, NULL, "print only how many there are, as JSON"},
      CATALOGUE_FLAGS(given.items),
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE --min-support S [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  sheet = count_only ? sheet_open(stdout, "json", NULL) : sheet_open(stdout, given.settings.format, "itemsets");
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  code = open_baskets(&baskets, &given.settings, arguments[1], &given.columns, &given.items);
  if (code == EXIT_DONE)
    code = mine(&itemsets, &baskets, &given, sheet);
  if (code == EXIT_DONE && count_only)
    sheet_value(sheet, "count", json_integer((json_int_t)recs_itemsets_count(itemsets)));
  else if (code == EXIT_DONE)
    print_itemsets(sheet, &baskets, itemsets);
  if (code == EXIT_DONE && !count_only)
    sheet_value(sheet, "baskets", json_integer((json_int_t)recs_itemsets_baskets(itemsets)));
  recs_itemsets_free(itemsets);
  close_baskets(&baskets);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_itemsets = {"itemsets", "FILE --min-support S", "mine frequent itemsets from baskets", run};
