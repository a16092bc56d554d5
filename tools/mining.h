/* What recs itemsets and recs rules share: the miner's flags, and sets of items in words. */
#ifndef RECS_TOOLS_MINING_H
#define RECS_TOOLS_MINING_H

#include "baskets.h"
#include "sheet.h"

typedef struct mining_flags {
  general settings;
  event_columns columns;
  catalogue_flags items;
  double min_support;
  uint64_t min_count;
  uint64_t max_size;
  const char *kind;
  const char *algorithm;
  uint64_t min_size;
  uint64_t top;        /* itemsets; 0: all */
  double budget_mb;    /* 0: none */
  double budget_seconds;
  double min_quantity; /* 0: an item counts however many there are */
  text_list contains;
  text_list excludes;
  const char *taxonomy; /* path */
} mining_flags;

#define MINING_FLAGS(m)                                                                                     \
  {"min-support", FLAG_REAL, &(m).min_support, "S", "least share of the baskets, in (0, 1]; default 0.01"}, \
  {"min-count", FLAG_COUNT, &(m).min_count, "N", "least number of baskets, in place of --min-support"},     \
  {"max-size", FLAG_COUNT, &(m).max_size, "N", "largest itemset"},                                          \
  {"algorithm", FLAG_TEXT, &(m).algorithm, "NAME", "auto (default), apriori or eclat: the same answer"}

void mining_flags_init(mining_flags *given);
void mining_flags_free(mining_flags *given);

/* A miner as the flags ask. Returns an exit code. */
int open_miner(recs_apriori **out, const basket_data *baskets, const mining_flags *given);

/* What the result says of itself, when it is not all that was asked for. */
void report_cut(const recs_itemsets *itemsets, out_sheet *sheet);

/* Mines what the flags ask; the seconds it took go to the sheet. Returns an exit code. */
int mine(recs_itemsets **out, const basket_data *baskets, const mining_flags *given, out_sheet *sheet);

/* A set of items as one text: names joined by " + ". */
json_t *set_text(const basket_data *baskets, const uint32_t *items, size_t count);

#endif
