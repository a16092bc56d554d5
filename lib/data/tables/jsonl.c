/* JSON Lines: an object a line, whose keys name the columns. */
#include "lib/data/tables/records.h"

#include "lib/data/tables/json.h"

#include <string.h>

/* The next line, with its newline in the window. */
static int32_t read_line(recs__records *records, char **out, int *found) {
  recs__window *window = &records->window;
  static const char too_long[] = "a record of more than 16 MiB";
  *found = 0;
  for (;;) {
    *out = memchr(window->bytes + window->begin, '\n', window->end - window->begin);
    records->line = records->next_line;
    *found = *out != NULL;
    if (*found || window->last)
      break;
    if (!recs__window_full(window)) {
      RECS_TRY(recs__window_more(window));
      continue;
    }
    records->any = 1;
    RECS_TRY(recs__intake_refuse(records->intake, too_long, records->line, NULL, 0, "%s", too_long));
    RECS_TRY(recs__window_skip_line(window));
    records->next_line += 1;
  }
  records->next_line += 1;
  return RECS_OK;
}

int32_t recs__jsonl_column(recs__records *records, const char *name, size_t length, uint32_t *out) {
  const recs_context *context = records->window.context;
  uint32_t known = recs_ids_count(records->names);
  *out = recs__ids_find(records->names, name, length);
  if (*out != RECS_NO_ROW)
    return RECS_OK;
  *out = known;
  RECS_TRY(recs__grow(context, &records->cells, &records->cells_room, (size_t)known + 1, sizeof *records->cells));
  RECS_TRY(recs__grow(context, &records->given, &records->given_room, (size_t)known + 1, sizeof *records->given));
  RECS_TRY(recs__records_add_name(records, name, length, known));
  memset(&records->cells[known], 0, sizeof *records->cells);
  records->columns = known + 1;
  return RECS_OK;
}

/* The column of a key. Lines mostly have the same keys in the same order: the one behind the last key's is tried first. */
static int32_t find_column(recs__records *records, const recs__cell *key, uint32_t *out) {
  uint32_t guess = records->given_count == 0 ? 0 : records->given[records->given_count - 1] + 1;
  const char *name;
  size_t length;
  *out = guess;
  if (guess < recs_ids_count(records->names) && recs_ids_name(&name, &length, records->names, guess) == RECS_OK &&
      length == key->length && memcmp(name, key->text, length) == 0)
    return RECS_OK;
  return recs__jsonl_column(records, key->text, key->length, out);
}

/* A key and its value. A fault is the JSON's, a failure the library's. */
static int32_t read_member(recs__records *records, recs__json *json) {
  recs__cell key, value;
  uint32_t column;
  int32_t status;
  if (!recs__json_key(json, &key) || !recs__json_next(json, &value) || key.length == 0)
    return RECS_OK;
  status = find_column(records, &key, &column);
  if (status == RECS_ERROR_FORMAT)
    json->fault = "a key that is no column's name";
  if (status == RECS_OK && records->cells[column].text != NULL)
    json->fault = "a key is there twice";
  if (json->fault != NULL)
    return RECS_OK;
  RECS_TRY(status);
  records->cells[column] = value;
  records->given[records->given_count++] = column;
  return RECS_OK;
}

static int32_t read_object(recs__records *records, recs__json *json) {
  if (!recs__json_take(json, '{')) {
    json->fault = "not an object";
    return RECS_OK;
  }
  if (!recs__json_take(json, '}')) {
    do
      RECS_TRY(read_member(records, json));
    while (json->fault == NULL && recs__json_take(json, ','));
    if (json->fault == NULL && !recs__json_take(json, '}'))
      json->fault = "a comma or a closing brace is missing";
  }
  recs__json_space(json);
  if (json->fault == NULL && json->at < json->end)
    json->fault = "text behind the object";
  return RECS_OK;
}

static void forget_cells(recs__records *records) {
  for (size_t i = 0; i < records->given_count; i++)
    memset(&records->cells[records->given[i]], 0, sizeof *records->cells);
  records->given_count = 0;
}

static int32_t next_object(recs__records *records, int *found) {
  for (;;) {
    recs__json json = {NULL, NULL, NULL};
    const char *begin;
    RECS_TRY(read_line(records, &json.end, found));
    if (!*found)
      return RECS_OK;
    begin = json.at = records->window.bytes + records->window.begin;
    records->window.begin = (size_t)(json.end - records->window.bytes) + 1;
    recs__json_space(&json);
    if (json.at == json.end)
      continue;
    records->any = 1;
    forget_cells(records);
    RECS_TRY(read_object(records, &json));
    if (json.fault == NULL)
      return RECS_OK;
    RECS_TRY(recs__intake_refuse(records->intake, "not a JSON object", records->line, json.at,
                                 (size_t)(json.end - json.at), "%s (at byte %zu)", json.fault,
                                 (size_t)(json.at - begin) + 1));
  }
}

int32_t recs__jsonl_open(recs__records *records) {
  records->next = next_object;
  return RECS_OK;
}
