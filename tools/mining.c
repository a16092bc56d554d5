#include "mining.h"

#include "taxonomy.h"

#include <stdlib.h>
#include <string.h>

void mining_flags_init(mining_flags *given) {
  memset(given, 0, sizeof *given);
  given->settings.format = "table";
  given->min_support = 0.01;
  event_columns_init(&given->columns);
  profile_columns_init(&given->items.columns);
}

static int set_choice(recs_apriori_options *options, const char *name, const char *value) {
  if (value != NULL && recs_options_set(options, recs_apriori_schema(), name, value) != RECS_OK)
    return bad_usage("%s", recs_last_error());
  return EXIT_DONE;
}

void mining_flags_free(mining_flags *given) {
  free_list(&given->contains);
  free_list(&given->excludes);
}

static uint32_t at_most_32_bits(uint64_t number) {
  return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static int find_items(uint32_t **out, const basket_data *baskets, const text_list *names) {
  *out = malloc((names->count + 1) * sizeof **out);
  if (*out == NULL)
    return bad_input("out of memory");
  for (size_t i = 0; i < names->count; i++) {
    if (recs_ids_find(*out + i, baskets->items, names->texts[i], strlen(names->texts[i])) != RECS_OK)
      return bad_input("unknown item \"%s\"", names->texts[i]);
  }
  return EXIT_DONE;
}

/* What a miner's options point to. */
typedef struct mining_lists {
  uint32_t *contains;
  uint32_t *excludes;
  taxonomy_pairs taxonomy;
} mining_lists;

static int fill_lists(recs_apriori_options *options, mining_lists *lists, const basket_data *baskets, const mining_flags *given) {
  int code = given->taxonomy == NULL ? EXIT_DONE : read_taxonomy(&lists->taxonomy, baskets, given->taxonomy);
  if (code == EXIT_DONE)
    code = find_items(&lists->contains, baskets, &given->contains);
  if (code == EXIT_DONE)
    code = find_items(&lists->excludes, baskets, &given->excludes);
  options->contains = lists->contains;
  options->contains_count = given->contains.count;
  options->excludes = lists->excludes;
  options->excludes_count = given->excludes.count;
  options->taxonomy_items = lists->taxonomy.items;
  options->taxonomy_parents = lists->taxonomy.parents;
  options->taxonomy_count = lists->taxonomy.count;
  return code;
}

static void fill_numbers(recs_apriori_options *options, const mining_flags *given) {
  options->min_support = given->min_support;
  options->min_count = given->min_count;
  options->min_size = given->min_size == 0 ? 1 : at_most_32_bits(given->min_size);
  options->max_size = at_most_32_bits(given->max_size);
  options->top_k = given->top;
  options->budget_bytes = given->budget_mb > 0 ? (uint64_t)(given->budget_mb * 1e6) + 1 : 0;
  options->budget_seconds = given->budget_seconds;
  options->min_value = given->min_quantity;
}

int open_miner(recs_apriori **out, const basket_data *baskets, const mining_flags *given) {
  recs_apriori_options options;
  mining_lists lists = {0};
  int code;
  *out = NULL;
  recs_apriori_options_init(&options, sizeof options);
  fill_numbers(&options, given);
  if (!(given->budget_mb >= 0))
    return bad_usage("--budget-mb is %g", given->budget_mb);
  if ((code = set_choice(&options, "kind", given->kind)) != EXIT_DONE ||
      (code = set_choice(&options, "algorithm", given->algorithm)) != EXIT_DONE)
    return code;
  code = fill_lists(&options, &lists, baskets, given);
  if (code == EXIT_DONE && recs_apriori_create(out, baskets->matrix, &options) != RECS_OK)
    code = report_failure(NULL);
  free(lists.contains);
  free(lists.excludes);
  free_taxonomy(&lists.taxonomy);
  return code;
}

int mine(recs_itemsets **out, const basket_data *baskets, const mining_flags *given, out_sheet *sheet) {
  recs_apriori *miner;
  double start = seconds_now();
  int code = open_miner(&miner, baskets, given);
  if (code == EXIT_DONE && recs_apriori_itemsets(out, miner, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  recs_apriori_free(miner);
  sheet_time(sheet, "read", baskets->seconds);
  sheet_time(sheet, "fit", seconds_now() - start);
  return code;
}

void report_cut(const recs_itemsets *itemsets, out_sheet *sheet) {
  static const char *const why[] = {"none", "top", "memory", "time", "results"};
  uint64_t from, baskets = recs_itemsets_baskets(itemsets);
  int32_t cut;
  if (recs_itemsets_info(NULL, NULL, &cut, &from, itemsets) != RECS_OK)
    return;
  sheet_value(sheet, "cut", json_string(why[cut]));
  sheet_value(sheet, "complete_from", json_integer((json_int_t)from));
  if (cut > RECS_CUT_TOP)
    fprintf(stderr, "recs: the budget of %s is used up: what is in at least %llu of %llu baskets is complete, rarer itemsets are cut\n",
            why[cut], (unsigned long long)from, (unsigned long long)baskets);
}

json_t *set_text(const basket_data *baskets, const uint32_t *items, size_t count) {
  static const char plus[] = " + ";
  size_t length = 1;
  char *joined, *at;
  json_t *text;
  for (size_t i = 0; i < count; i++)
    length += strlen(basket_item(baskets, items[i])) + sizeof plus;
  joined = at = malloc(length);
  if (joined == NULL)
    return NULL;
  *at = 0;
  for (size_t i = 0; i < count; i++)
    at += sprintf(at, "%s%s", i == 0 ? "" : plus, basket_item(baskets, items[i]));
  text = sheet_text(joined);
  free(joined);
  return text;
}
