/* recs similarity: of two sequences, of two users' histories, or the users most similar to one. */
#include "input.h"
#include "served.h"
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

typedef struct similarity_flags {
  general settings;
  event_columns columns;
  text_list kinds;
  const char *model;
  const char *log;
  uint64_t n;
  double cutoff;
} similarity_flags;

/* Symbols, borrowed from histories or held in `room`. */
typedef struct sequence {
  const uint32_t *symbols;
  size_t count;
  uint32_t *room;
} sequence;

/* Items joined by commas, or "@FILE" with one item a line, as rows of a dictionary. */
static int read_sequence(sequence *out, recs_ids *symbols, const char *given) {
  text_list texts = {0};
  char *text = NULL;
  int code = EXIT_DONE;
  if (given[0] == '@') {
    code = read_lines(&text, &texts, given + 1);
  } else if ((text = strdup(given)) != NULL) {
    for (char *item = strtok(text, ","); item != NULL; item = strtok(NULL, ",")) {
      const char **grown = realloc(texts.texts, (texts.count + 1) * sizeof *grown);
      if (grown == NULL)
        return bad_input("out of memory");
      texts.texts = grown;
      texts.texts[texts.count++] = item;
    }
  }
  out->symbols = out->room = malloc((texts.count + 1) * sizeof *out->room);
  for (size_t i = 0; code == EXIT_DONE && out->room != NULL && i < texts.count; i++) {
    if (recs_ids_add(&out->room[out->count++], symbols, texts.texts[i], strlen(texts.texts[i])) != RECS_OK)
      code = report_failure(NULL);
  }
  free_list(&texts);
  free(text);
  return code;
}

/* Whose histories are compared. */
typedef struct histories_of {
  recs_context *context;
  const recs_ids *users;
  const recs_histories *histories;
} histories_of;

static int user_sequence(sequence *out, uint32_t *row, const histories_of *from, const char *user) {
  int code = find_row(row, from->users, "user", user, strlen(user));
  if (code != EXIT_DONE)
    return code;
  return recs_histories_row(&out->symbols, NULL, NULL, &out->count, from->histories, *row) == RECS_OK ? EXIT_DONE : report_failure(NULL);
}

/* Lengths and distances are whole numbers. */
static json_t *measured(int32_t measure, double value) {
  int whole = recs_sequence_is_distance(measure) || measure == RECS_SEQUENCE_LCS || measure == RECS_SEQUENCE_RUN;
  return whole ? json_integer((json_int_t)value) : sheet_real(value);
}

static int find_measure(int32_t *measure, const char *name) {
  char known[512] = "";
  *measure = recs_sequence_measure(name);
  if (*measure != 0)
    return EXIT_DONE;
  for (int32_t m = 1; recs_sequence_measure_name(m) != NULL; m++) {
    strncat(known, m == 1 ? "" : ", ", sizeof known - strlen(known) - 1);
    strncat(known, recs_sequence_measure_name(m), sizeof known - strlen(known) - 1);
  }
  return bad_usage("--kind is \"%s\", not one of %s", name, known);
}

static const char *kind_at(const similarity_flags *given, size_t i) {
  return given->kinds.count == 0 ? "ratio" : given->kinds.texts[i];
}

/* Each value under its kind's name. */
static int compare(out_sheet *sheet, recs_context *context, const sequence *a, const sequence *b, const similarity_flags *given) {
  double start = seconds_now();
  for (size_t i = 0; i < given->kinds.count || i == 0; i++) {
    int32_t measure;
    double value;
    int code = find_measure(&measure, kind_at(given, i));
    if (code != EXIT_DONE)
      return code;
    if (recs_sequence_compare(&value, context, measure, a->symbols, a->count, b->symbols, b->count) != RECS_OK)
      return report_failure(NULL);
    sheet_value(sheet, recs_sequence_measure_name(measure), measured(measure, value));
  }
  sheet_time(sheet, "score", seconds_now() - start);
  sheet_value(sheet, "length_a", json_integer((json_int_t)a->count));
  sheet_value(sheet, "length_b", json_integer((json_int_t)b->count));
  return EXIT_DONE;
}

static int compare_given(out_sheet *sheet, char **names, const similarity_flags *given) {
  recs_context *context = open_context(&given->settings);
  recs_ids *symbols = NULL;
  sequence a = {0}, b = {0};
  double start = seconds_now();
  int code = recs_ids_create(&symbols, context) == RECS_OK ? read_sequence(&a, symbols, names[0]) : report_failure(NULL);
  if (code == EXIT_DONE)
    code = read_sequence(&b, symbols, names[1]);
  sheet_time(sheet, "read", seconds_now() - start);
  if (code == EXIT_DONE)
    code = compare(sheet, context, &a, &b, given);
  free(a.room);
  free(b.room);
  recs_ids_free(symbols);
  recs_context_free(context);
  return code;
}

static void print_similar(out_sheet *sheet, const histories_of *from, int32_t measure, const uint32_t *rows, const double *values,
                          size_t count, uint32_t own, uint64_t most) {
  uint64_t shown = 0;
  for (size_t i = 0; i < count && shown < most; i++) {
    const char *id = "";
    size_t length = 0;
    json_t *row;
    if (rows[i] == own)
      continue;
    shown += 1;
    row = json_object();
    recs_ids_name(&id, NULL, from->users, rows[i]);
    recs_histories_row(NULL, NULL, NULL, &length, from->histories, rows[i]);
    json_object_set_new(row, "user", sheet_text(id));
    json_object_set_new(row, recs_sequence_measure_name(measure), measured(measure, values[i]));
    json_object_set_new(row, "length", json_integer((json_int_t)length));
    sheet_row(sheet, row);
  }
}

/* The users most similar to one, who is found as well but not shown. */
static int search(out_sheet *sheet, const histories_of *from, const sequence *b, uint32_t own, const similarity_flags *given) {
  recs_sequence_index *index = NULL;
  size_t room = recs_ids_count(from->users), count = 0, k = given->n + 1 < room ? (size_t)given->n + 1 : room;
  uint32_t *rows = malloc((k + 1) * sizeof *rows);
  double *values = malloc((k + 1) * sizeof *values), start = seconds_now();
  int32_t measure;
  int code = find_measure(&measure, kind_at(given, 0));
  if (code == EXIT_DONE && (rows == NULL || values == NULL))
    code = bad_input("out of memory");
  if (code == EXIT_DONE && recs_sequence_index_of_histories(&index, from->histories) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "fit", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE &&
      recs_sequence_index_search(rows, values, &count, index, measure, b->symbols, b->count, k, given->cutoff) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "score", seconds_now() - start);
  if (code == EXIT_DONE)
    print_similar(sheet, from, measure, rows, values, count, own, given->n);
  recs_sequence_index_free(index);
  free(rows);
  free(values);
  return code;
}

/* Of the names, which are users, the second may be NULL. */
static int compare_users(out_sheet *sheet, const histories_of *from, char **names, const similarity_flags *given) {
  sequence a = {0}, b = {0};
  uint32_t row, other;
  int code = user_sequence(&a, &row, from, names[0]);
  if (code == EXIT_DONE && names[1] == NULL)
    return search(sheet, from, &a, row, given);
  if (code == EXIT_DONE)
    code = user_sequence(&b, &other, from, names[1]);
  return code == EXIT_DONE ? compare(sheet, from->context, &a, &b, given) : code;
}

static int compare_in_model(out_sheet *sheet, char **names, const similarity_flags *given) {
  served_model served = {0};
  double start = seconds_now();
  int code = open_model(&served, &given->settings, given->model);
  sheet_time(sheet, "read", seconds_now() - start);
  if (code == EXIT_DONE)
    code = compare_users(sheet, &(histories_of){served.context, recs_model_users(served.model), recs_model_histories(served.model)},
                         names, given);
  close_model(&served);
  return code;
}

/* Repeats are part of a sequence here; a model's histories keep the last of each item. */
static int compare_in_log(out_sheet *sheet, char **names, similarity_flags *given) {
  recs_histories *histories = NULL;
  log_file log;
  int code = open_log(&log, &given->settings, given->log, &given->columns);
  if (code == EXIT_DONE && recs_histories_build(&histories, log.events, 1, NULL) != RECS_OK)
    code = report_failure(given->log);
  sheet_time(sheet, "read", log.seconds);
  if (code == EXIT_DONE)
    code = compare_users(sheet, &(histories_of){log.context, log.users, histories}, names, given);
  recs_histories_free(histories);
  close_log(&log);
  return code;
}

static int run_on(out_sheet *sheet, char **names, int users, similarity_flags *given) {
  if (given->model != NULL)
    return compare_in_model(sheet, names, given);
  return users ? compare_in_log(sheet, names, given) : compare_given(sheet, names, given);
}

static int run(int count, char **arguments) {
  similarity_flags given = {.settings = {"table", 0}, .n = 10};
  out_sheet *sheet;
  int code, users;
  event_columns_init(&given.columns);
  const flag flags[] = {
      {"kind", FLAG_LIST, &given.kinds, "KIND", "ratio (default), lcs, levenshtein, jaro_winkler ...; two sequences: may be given again"},
      {"log", FLAG_TEXT, &given.log, "EVENTS", "A and B are users of this log: compare what they did"},
      {"model", FLAG_TEXT, &given.model, "MODEL", "A and B are users of this model: compare their histories"},
      {"n", FLAG_COUNT, &given.n, "N", "A alone: list the N most similar users; default 10"},
      {"cutoff", FLAG_REAL, &given.cutoff, "X", "A alone: only users of at least this similarity"},
      EVENT_FLAGS(given.columns),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "A [B] [flags]   (items joined by commas, or @FILE with one item a line)", flags,
                          FLAG_TOTAL(flags), 1, 2)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  users = given.model != NULL || given.log != NULL;
  if (given.model != NULL && given.log != NULL)
    return bad_usage("--model or --log, not both");
  if (code == 1 && !users)
    return bad_usage("a second sequence, or --log or --model to find users similar to %s", arguments[1]);
  if (code == 1)
    arguments[2] = NULL;
  if ((sheet = sheet_open(stdout, given.settings.format, code == 1 ? "similar" : NULL)) == NULL)
    return EXIT_BAD_USAGE;
  code = run_on(sheet, arguments + 1, users, &given);
  free_list(&given.kinds);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_similarity = {"similarity", "A [B] --kind ratio", "compare two sequences, or find the users most similar to one", run};
