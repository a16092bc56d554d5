/* Baskets: from the session column of a log, or a file of one basket a line. */
#ifndef RECS_TOOLS_BASKETS_H
#define RECS_TOOLS_BASKETS_H

#include "catalogue.h"

typedef struct basket_data {
  recs_context *context;
  recs_ids *items;
  recs_matrix *matrix;     /* baskets x items */
  recs_profiles *profiles; /* of the items; NULL: none */
  const char *title;
  double seconds; /* spent reading */
} basket_data;

/* A log when `columns->basket` is given or the file is CSV, TSV or JSON Lines with a session column; else one basket a line, items separated by
 * spaces, tabs, commas or semicolons. Returns an exit code. */
int open_baskets(basket_data *out, const general *settings, const char *path, event_columns *columns, catalogue_flags *items);

/* The same; with `by_quantity` the matrix holds how many of an item a basket has, where the log tells. */
int open_baskets_by(basket_data *out, const general *settings, const char *path, event_columns *columns, catalogue_flags *items,
                    int by_quantity);
void close_baskets(basket_data *baskets);

/* The name of an item: its title, or else its id. */
const char *basket_item(const basket_data *baskets, uint32_t row);

#endif
