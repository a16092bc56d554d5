#include "baskets.h"

#include <stdlib.h>
#include <string.h>

/* Growing arrays of a file of one basket a line. */
typedef struct basket_lines {
  uint32_t *rows;
  int64_t *offsets;
  size_t row_count, row_room;
  size_t line_count, line_room;
} basket_lines;

static int add_row(basket_lines *lines, uint32_t row) {
  if (lines->row_count == lines->row_room) {
    size_t room = lines->row_room * 2 + 1024;
    uint32_t *grown = realloc(lines->rows, room * sizeof *grown);
    if (grown == NULL)
      return 0;
    lines->rows = grown;
    lines->row_room = room;
  }
  lines->rows[lines->row_count++] = row;
  return 1;
}

static int end_line(basket_lines *lines) {
  if (lines->line_count + 1 >= lines->line_room) {
    size_t room = lines->line_room * 2 + 1024;
    int64_t *grown = realloc(lines->offsets, room * sizeof *grown);
    if (grown == NULL)
      return 0;
    lines->offsets = grown;
    lines->line_room = room;
  }
  lines->offsets[0] = 0;
  lines->offsets[++lines->line_count] = (int64_t)lines->row_count;
  return 1;
}

static int add_line(basket_lines *lines, recs_ids *items, const char *path, const char *line, size_t number) {
  static const char separators[] = " \t,;";
  while (*line != 0) {
    size_t length = strcspn(line, separators);
    uint32_t row;
    if (length > 0) {
      if (recs_ids_add(&row, items, line, length) != RECS_OK)
        return bad_input("%s: line %zu: %s", path, number, recs_last_error());
      if (!add_row(lines, row))
        return bad_input("out of memory");
    }
    line += length + (line[length] != 0);
  }
  return end_line(lines) ? EXIT_DONE : bad_input("out of memory");
}

static int read_basket_lines(basket_data *out, const char *path) {
  basket_lines lines = {0};
  text_list texts;
  char *text;
  int code = read_lines(&text, &texts, path);
  if (code == EXIT_DONE && texts.count == 0)
    code = bad_input("%s: the file is empty", path);
  for (size_t i = 0; code == EXIT_DONE && i < texts.count; i++)
    code = add_line(&lines, out->items, path, texts.texts[i], i + 1);
  if (code == EXIT_DONE && recs_matrix_create(&out->matrix, out->context, (uint32_t)lines.line_count, recs_ids_count(out->items),
                                              lines.offsets, lines.rows, NULL) != RECS_OK)
    code = report_failure(path);
  free(lines.rows);
  free(lines.offsets);
  free_list(&texts);
  free(text);
  return code;
}

static int read_log_baskets(basket_data *out, const char *path, event_columns *columns) {
  recs_matrix_options options;
  recs_ids *users = NULL;
  recs_events *events = NULL;
  int code = EXIT_DONE;
  columns->options.require_user = 0;
  recs_matrix_options_init(&options, sizeof options);
  options.rows = RECS_ROWS_SESSIONS;
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

static int is_table(const char *path) {
  static const char *const endings[] = {".csv", ".tsv", ".jsonl", ".ndjson"};
  size_t length = strlen(path);
  if (length > 3 && strcmp(path + length - 3, ".gz") == 0)
    length -= 3;
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    size_t size = strlen(endings[i]);
    if (length > size && strncmp(path + length - size, endings[i], size) == 0)
      return 1;
  }
  return 0;
}

int open_baskets(basket_data *out, const general *settings, const char *path, event_columns *columns, catalogue_flags *items) {
  double start = seconds_now();
  int code;
  memset(out, 0, sizeof *out);
  out->context = open_context(settings);
  out->title = items->title;
  if (recs_ids_create(&out->items, out->context) != RECS_OK)
    return report_failure(NULL);
  code = columns->basket != NULL || is_table(path) ? read_log_baskets(out, path, columns) : read_basket_lines(out, path);
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
