#include "mining.h"

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

int mine(recs_itemsets **out, const basket_data *baskets, const mining_flags *given, out_sheet *sheet) {
  recs_apriori_options options;
  recs_apriori *miner = NULL;
  double start = seconds_now();
  int code = EXIT_DONE;
  recs_apriori_options_init(&options, sizeof options);
  options.min_support = given->min_support;
  options.min_count = given->min_count;
  options.max_size = given->max_size > UINT32_MAX ? UINT32_MAX : (uint32_t)given->max_size;
  if ((code = set_choice(&options, "kind", given->kind)) != EXIT_DONE ||
      (code = set_choice(&options, "algorithm", given->algorithm)) != EXIT_DONE)
    return code;
  if (recs_apriori_create(&miner, baskets->matrix, &options) != RECS_OK ||
      recs_apriori_itemsets(out, miner, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  recs_apriori_free(miner);
  sheet_time(sheet, "read", baskets->seconds);
  sheet_time(sheet, "fit", seconds_now() - start);
  return code;
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
