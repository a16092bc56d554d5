/* recs similarity: of two sequences, or of two users' histories in a model. */
#include "input.h"
#include "served.h"
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

typedef struct sequence {
  uint32_t *symbols;
  size_t count;
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
  out->symbols = malloc((texts.count + 1) * sizeof *out->symbols);
  for (size_t i = 0; code == EXIT_DONE && out->symbols != NULL && i < texts.count; i++) {
    if (recs_ids_add(&out->symbols[out->count++], symbols, texts.texts[i], strlen(texts.texts[i])) != RECS_OK)
      code = report_failure(NULL);
  }
  free_list(&texts);
  free(text);
  return code;
}

/* A user's history in a model, oldest first. */
static int model_sequence(sequence *out, const recs_model *model, const char *user) {
  const uint32_t *items;
  uint32_t row;
  int code = find_row(&row, recs_model_users(model), "user", user, strlen(user));
  if (code != EXIT_DONE)
    return code;
  if (recs_histories_row(&items, NULL, NULL, &out->count, recs_model_histories(model), row) != RECS_OK)
    return report_failure(NULL);
  out->symbols = malloc((out->count + 1) * sizeof *out->symbols);
  if (out->symbols == NULL)
    return bad_input("out of memory");
  if (out->count > 0)
    memcpy(out->symbols, items, out->count * sizeof *items);
  return EXIT_DONE;
}

/* Adds the value under the kind's name. */
static int add_similarity(out_sheet *sheet, recs_context *context, const sequence *a, const sequence *b, const char *kind) {
  uint64_t length;
  double ratio;
  int32_t status;
  if (strcmp(kind, "ratio") == 0) {
    status = recs_sequence_ratio(&ratio, context, a->symbols, a->count, b->symbols, b->count, 1);
    sheet_value(sheet, kind, sheet_real(ratio));
  } else if (strcmp(kind, "lcs") == 0) {
    status = recs_sequence_lcs(&length, context, a->symbols, a->count, b->symbols, b->count);
    sheet_value(sheet, kind, json_integer((json_int_t)length));
  } else if (strcmp(kind, "levenshtein") == 0) {
    status = recs_sequence_levenshtein(&length, context, a->symbols, a->count, b->symbols, b->count);
    sheet_value(sheet, kind, json_integer((json_int_t)length));
  } else {
    return bad_usage("--kind is \"%s\", not one of ratio, lcs, levenshtein", kind);
  }
  return status == RECS_OK ? EXIT_DONE : report_failure(NULL);
}

static int compare(out_sheet *sheet, const general *settings, char **names, const char *model_path, const text_list *kinds) {
  served_model served = {0};
  recs_ids *symbols = NULL;
  sequence a = {0}, b = {0};
  double start = seconds_now();
  int code;
  if (model_path != NULL) {
    code = open_model(&served, settings, model_path);
    if (code == EXIT_DONE && (code = model_sequence(&a, served.model, names[0])) == EXIT_DONE)
      code = model_sequence(&b, served.model, names[1]);
  } else {
    served.context = open_context(settings);
    code = recs_ids_create(&symbols, served.context) == RECS_OK ? read_sequence(&a, symbols, names[0]) : report_failure(NULL);
    if (code == EXIT_DONE)
      code = read_sequence(&b, symbols, names[1]);
  }
  sheet_time(sheet, "read", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE && kinds->count == 0)
    code = add_similarity(sheet, served.context, &a, &b, "ratio");
  for (size_t i = 0; code == EXIT_DONE && i < kinds->count; i++)
    code = add_similarity(sheet, served.context, &a, &b, kinds->texts[i]);
  sheet_time(sheet, "score", seconds_now() - start);
  sheet_value(sheet, "length_a", json_integer((json_int_t)a.count));
  sheet_value(sheet, "length_b", json_integer((json_int_t)b.count));
  free(b.symbols);
  free(a.symbols);
  recs_ids_free(symbols);
  close_model(&served);
  return code;
}

static int run(int count, char **arguments) {
  general settings = {"table", 0};
  text_list kinds = {0};
  const char *model = NULL;
  out_sheet *sheet;
  int code;
  const flag flags[] = {
      {"kind", FLAG_LIST, &kinds, "KIND", "ratio (default), lcs or levenshtein; may be given again"},
      {"model", FLAG_TEXT, &model, "MODEL", "A and B are users of this model: compare their histories"},
      GENERAL_FLAGS(settings),
  };
  if ((code = parse_flags(count, arguments, "A B [flags]   (items joined by commas, or @FILE with one item a line)", flags,
                          FLAG_TOTAL(flags), 2, 2)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if ((sheet = sheet_open(stdout, settings.format, NULL)) == NULL)
    return EXIT_BAD_USAGE;
  code = compare(sheet, &settings, arguments + 1, model, &kinds);
  free_list(&kinds);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_similarity = {"similarity", "A B --kind ratio", "compare two sequences", run};
