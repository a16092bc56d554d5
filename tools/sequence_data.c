#include "sequence_data.h"

#include "item_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sequence_flags_init(sequence_flags *given) {
  memset(given, 0, sizeof *given);
  event_columns_init(&given->columns);
  profile_columns_init(&given->items.columns);
}

static int read_sequence_lines(sequence_data *out, const char *path) {
  item_lines lines;
  int code = read_item_lines(&lines, out->items, path);
  if (code == EXIT_DONE && recs_sequence_store_create(&out->store, out->context, lines.offsets, lines.line_count, lines.rows, NULL,
                                                      NULL) != RECS_OK)
    code = report_failure(path);
  free_item_lines(&lines);
  return code;
}

/* The number of a word among those that are separated by '|', counted from 1; 0: none of them. NULL is the first. */
static int32_t choice_of(const char *text, const char *words) {
  int32_t number = 1;
  if (text == NULL)
    return 1;
  for (const char *word = words; *word != 0; number++) {
    size_t length = strcspn(word, "|");
    if (strlen(text) == length && strncmp(word, text, length) == 0)
      return number;
    word += length + (word[length] != 0);
  }
  return 0;
}

/* "view,cart" as "view=1,cart=1,*=0"; freed by the caller. */
static char *type_weights(const char *types) {
  static const char others[] = "*=0";
  char *text = malloc(3 * strlen(types) + sizeof others + 4), *at = text;
  while (text != NULL && *types != 0) {
    size_t length = strcspn(types, ",");
    if (length > 0)
      at += sprintf(at, "%.*s=1,", (int)length, types);
    types += length + (types[length] != 0);
  }
  if (text != NULL)
    strcpy(at, others);
  return text;
}

static int build_store(sequence_data *out, const recs_events *events, const char *path, const sequence_flags *given) {
  recs_matrix_options options;
  char *weights = NULL;
  int32_t elements = choice_of(given->elements, "event|session|time"), rows = choice_of(given->of, "user|session");
  int code = EXIT_DONE;
  if (elements == 0)
    return bad_usage("--elements is \"%s\", not one of event, session, time", given->elements);
  if (rows == 0)
    return bad_usage("--of is \"%s\", not user or session", given->of);
  recs_matrix_options_init(&options, sizeof options);
  options.rows = rows;
  if (given->types != NULL && (options.type_weights = weights = type_weights(given->types)) == NULL)
    return bad_input("out of memory");
  if (recs_sequence_store_build(&out->store, events, elements, &options) != RECS_OK)
    code = report_failure(path);
  free(weights);
  return code;
}

static int read_log_sequences(sequence_data *out, const char *path, sequence_flags *given) {
  recs_ids *users = NULL;
  recs_events *events = NULL;
  int code = EXIT_DONE;
  if (choice_of(given->of, "user|session") == RECS_ROWS_SESSIONS)
    given->columns.options.require_user = 0;
  if (recs_ids_create(&users, out->context) != RECS_OK || recs_events_create(&events, users, out->items) != RECS_OK)
    code = report_failure(NULL);
  if (code == EXIT_DONE)
    code = read_events(events, path, &given->columns);
  if (code == EXIT_DONE)
    code = build_store(out, events, path, given);
  recs_events_free(events);
  recs_ids_free(users);
  return code;
}

int open_sequences(sequence_data *out, const general *settings, const char *path, sequence_flags *given) {
  double start = seconds_now();
  int code;
  memset(out, 0, sizeof *out);
  out->context = open_context(settings);
  out->title = given->items.title;
  if (recs_ids_create(&out->items, out->context) != RECS_OK)
    return report_failure(NULL);
  code = is_table_file(path) ? read_log_sequences(out, path, given) : read_sequence_lines(out, path);
  if (code == EXIT_DONE)
    code = open_catalogue(&out->profiles, out->items, &given->items);
  out->seconds = seconds_now() - start;
  return code;
}

void close_sequences(sequence_data *data) {
  recs_profiles_free(data->profiles);
  recs_sequence_store_free(data->store);
  recs_ids_free(data->items);
  recs_context_free(data->context);
}

const char *sequence_item(const sequence_data *data, uint32_t row) {
  return item_name(data->items, data->profiles, data->title, row);
}
