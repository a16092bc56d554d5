#include "baskets.h"

#include "item_lines.h"

#include <stdlib.h>
#include <string.h>

static int read_basket_lines(basket_data *out, const char *path) {
  item_lines lines;
  int code = read_item_lines(&lines, out->items, path);
  if (code == EXIT_DONE && recs_matrix_create(&out->matrix, out->context, (uint32_t)lines.line_count, recs_ids_count(out->items),
                                              lines.offsets, lines.rows, NULL) != RECS_OK)
    code = report_failure(path);
  free_item_lines(&lines);
  return code;
}

static int read_log_baskets(basket_data *out, const char *path, event_columns *columns, int by_quantity) {
  recs_matrix_options options;
  recs_ids *users = NULL;
  recs_events *events = NULL;
  int code = EXIT_DONE;
  columns->options.require_user = 0;
  recs_matrix_options_init(&options, sizeof options);
  options.rows = RECS_ROWS_SESSIONS;
  options.use_quantity = by_quantity;
  if (by_quantity)
    options.repeat = RECS_REPEAT_SUM;
  if (recs_ids_create(&users, out->context) != RECS_OK || recs_events_create(&events, users, out->items) != RECS_OK)
    code = report_failure(NULL);
  if (code == EXIT_DONE)
    code = read_events(events, path, columns);
  if (code == EXIT_DONE && recs_matrix_build(&out->matrix, events, &options) != RECS_OK)
    code = report_failure(path);
  recs_events_free(events);
  recs_ids_free(users);
  return code;
}

int open_baskets(basket_data *out, const general *settings, const char *path, event_columns *columns, catalogue_flags *items) {
  return open_baskets_by(out, settings, path, columns, items, 0);
}

int open_baskets_by(basket_data *out, const general *settings, const char *path, event_columns *columns, catalogue_flags *items,
                    int by_quantity) {
  double start = seconds_now();
  int code;
  memset(out, 0, sizeof *out);
  out->context = open_context(settings);
  out->title = items->title;
  if (recs_ids_create(&out->items, out->context) != RECS_OK)
    return report_failure(NULL);
  code = columns->basket != NULL || is_table_file(path) ? read_log_baskets(out, path, columns, by_quantity) : read_basket_lines(out, path);
  if (code == EXIT_DONE)
    code = open_catalogue(&out->profiles, out->items, items);
  out->seconds = seconds_now() - start;
  return code;
}

void close_baskets(basket_data *baskets) {
  recs_profiles_free(baskets->profiles);
  recs_matrix_free(baskets->matrix);
  recs_ids_free(baskets->items);
  recs_context_free(baskets->context);
}

const char *basket_item(const basket_data *baskets, uint32_t row) {
  return item_name(baskets->items, baskets->profiles, baskets->title, row);
}
