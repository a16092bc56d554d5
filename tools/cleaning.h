/* The rules of cleaning as flags, for the commands that clean. */
#ifndef RECS_TOOLS_CLEANING_H
#define RECS_TOOLS_CLEANING_H

#include "command.h"
#include "sheet.h"

typedef struct cleaning_flags {
  const char *cancelled_prefix;
  const char *excluded;
  text_list rules;
} cleaning_flags;

#define CLEANING_FLAGS(c)                                                                                                   \
  {"cancelled-prefix", FLAG_TEXT, &(c).cancelled_prefix, "TEXT", "orders whose id begins with this are cancelled"},         \
  {"exclude", FLAG_TEXT, &(c).excluded, "ITEMS", "items that are no goods (postage, fees), joined by commas"},              \
  {"rule", FLAG_LIST, &(c).rules, "KEY=VALUE", "any rule of cleaning, such as drop_missing_user=0 or max_price_score=8"}

/* A cleaned copy of a log; the report's rows go to the sheet (NULL: nowhere). Returns an exit code. */
int clean_events(recs_events **out, const recs_events *events, const cleaning_flags *given, out_sheet *sheet);

#endif
