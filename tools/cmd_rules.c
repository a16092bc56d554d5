/* recs rules: if these, then those. */
#include "mining.h"

#include <string.h>

typedef struct rule_flags {
  mining_flags mining;
  const char *metric;
  double minimum;
  const char *consequent;
  uint64_t top;
} rule_flags;

static int make_rules(recs_rules **out, const recs_itemsets *itemsets, const basket_data *baskets, const rule_flags *given) {
  recs_rules_options options;
  recs_rules_options_init(&options, sizeof options);
  options.minimum = given->minimum;
  options.max_rules = given->top;
  if (given->metric != NULL && recs_options_set(&options, recs_rules_schema(), "metric", given->metric) != RECS_OK)
    return bad_usage("%s", recs_last_error());
  if (given->consequent != NULL &&
      recs_ids_find(&options.consequent, baskets->items, given->consequent, strlen(given->consequent)) != RECS_OK)
    return bad_input("unknown item \"%s\"", given->consequent);
  return recs_rules_create(out, itemsets, &options, terminal_progress(), NULL) == RECS_OK ? EXIT_DONE : report_failure(NULL);
}

static void print_rules(out_sheet *sheet, const basket_data *baskets, const recs_rules *rules) {
  static const struct {
    const char *name;
    int32_t metric;
  } metrics[] = {{"support", RECS_METRIC_SUPPORT},   {"confidence", RECS_METRIC_CONFIDENCE}, {"lift", RECS_METRIC_LIFT},
                 {"leverage", RECS_METRIC_LEVERAGE}, {"conviction", RECS_METRIC_CONVICTION}, {"zhang", RECS_METRIC_ZHANG}};
  for (uint64_t i = 0; i < recs_rules_count(rules); i++) {
    const uint32_t *left, *right;
    size_t left_size, right_size;
    json_t *row = json_object();
    if (recs_rules_get(&left, &left_size, &right, &right_size, rules, i) != RECS_OK)
      break;
    json_object_set_new(row, "antecedent", set_text(baskets, left, left_size));
    json_object_set_new(row, "consequent", set_text(baskets, right, right_size));
    for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++) {
      double value = 0;
      recs_rules_metric(&value, rules, i, metrics[m].metric);
      json_object_set_new(row, metrics[m].name, sheet_real(value));
    }
    sheet_row(sheet, row);
  }
}

static int run(int count, char **arguments) {
  rule_flags given = {.minimum = 1.0};
  basket_data baskets;
  recs_itemsets *itemsets = NULL;
  recs_rules *rules = NULL;
  out_sheet *sheet;
  int code;
  mining_flags_init(&given.mining);
  const flag flags[] = {
      MINING_FLAGS(given.mining),
      {"metric", FLAG_TEXT, &given.metric, "NAME", "lift (default), confidence, support, leverage, conviction or zhang"},
      {"min", FLAG_REAL, &given.minimum, "X", "least value of the metric; default 1"},
      {"consequent", FLAG_TEXT, &given.consequent, "ITEM", "only rules that lead to this item alone"},
      {"top", FLAG_COUNT, &given.top, "N", "only the best N by the metric"},
      CATALOGUE_FLAGS(given.mining.items),
      EVENT_FLAGS(given.mining.columns),
      GENERAL_FLAGS(given.mining.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE --min-support S [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if ((sheet = sheet_open(stdout, given.mining.settings.format, "rules")) == NULL)
    return EXIT_BAD_USAGE;
  code = open_baskets(&baskets, &given.mining.settings, arguments[1], &given.mining.columns, &given.mining.items);
  if (code == EXIT_DONE)
    code = mine(&itemsets, &baskets, &given.mining, sheet);
  if (code == EXIT_DONE) {
    double start = seconds_now();
    code = make_rules(&rules, itemsets, &baskets, &given);
    sheet_time(sheet, "score", seconds_now() - start);
  }
  if (code == EXIT_DONE)
    print_rules(sheet, &baskets, rules);
  recs_rules_free(rules);
  recs_itemsets_free(itemsets);
  close_baskets(&baskets);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_rules = {"rules", "FILE --min-support S", "derive association rules from baskets", run};
