/* recs sequences: what is done after what. */
#include "duration.h"
#include "sequence_data.h"
#include "served.h"
#include "sheet.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct pattern_flags {
  general settings;
  sequence_flags sequences;
  recs_patterns_options options;
  const char *min_gap, *max_gap, *window, *kind, *contain, *exclude;
  uint64_t min_length, max_length, budget_mb;
  recs_pattern_rules_options rule_options;
  const char *order, *after;
  uint64_t max_consequent;
  int rules, count_only;
} pattern_flags;

static void flags_init(pattern_flags *given) {
  memset(given, 0, sizeof *given);
  given->settings.format = "table";
  sequence_flags_init(&given->sequences);
  recs_patterns_options_init(&given->options, sizeof given->options);
  recs_pattern_rules_options_init(&given->rule_options, sizeof given->rule_options);
  given->budget_mb = given->options.max_bytes >> 20;
  given->max_consequent = given->rule_options.max_consequent;
}

/* A number of positions, or a span of time when it has a unit. */
static int set_limit(int64_t *positions, int64_t *time, const char *name, const char *text) {
  size_t length = text == NULL ? 0 : strlen(text);
  if (text == NULL)
    return EXIT_DONE;
  return parse_duration(length > 0 && isdigit((unsigned char)text[length - 1]) ? positions : time, name, text);
}

static int set_lengths(pattern_flags *given) {
  if (given->min_length > UINT32_MAX || given->max_length > UINT32_MAX || given->max_consequent > UINT32_MAX ||
      given->budget_mb > UINT64_MAX >> 20)
    return bad_usage("--min-length, --max-length, --max-consequent or --budget-mb is too large");
  if (given->min_length > 0)
    given->options.min_length = (uint32_t)given->min_length;
  given->options.max_length = (uint32_t)given->max_length;
  given->options.max_bytes = given->budget_mb << 20;
  given->rule_options.max_consequent = (uint32_t)given->max_consequent;
  return EXIT_DONE;
}

static int set_options(pattern_flags *given) {
  recs_patterns_options *options = &given->options;
  int code;
  if ((code = set_limit(&options->min_gap, &options->min_gap_time, "min-gap", given->min_gap)) != EXIT_DONE ||
      (code = set_limit(&options->max_gap, &options->max_gap_time, "max-gap", given->max_gap)) != EXIT_DONE ||
      (code = set_limit(&options->window, &options->window_time, "window", given->window)) != EXIT_DONE ||
      (code = set_lengths(given)) != EXIT_DONE)
    return code;
  if (given->kind != NULL && recs_options_set(options, recs_patterns_schema(), "kind", given->kind) != RECS_OK)
    return bad_usage("%s", recs_last_error());
  if (given->order != NULL && recs_options_set(&given->rule_options, recs_pattern_rules_schema(), "order", given->order) != RECS_OK)
    return bad_usage("%s", recs_last_error());
  given->rules |= given->after != NULL;
  if (given->rules) { /* --top is the number of rules then */
    given->rule_options.top_k = given->after == NULL ? options->top_k : 0;
    options->top_k = 0;
  }
  return EXIT_DONE;
}

/* "teapot > teacup + saucer": elements in order, the items of one joined. */
static json_t *pattern_text(const sequence_data *data, const uint32_t *items, const uint32_t *elements, size_t count) {
  size_t length = 1;
  char *joined, *at;
  json_t *text;
  for (size_t i = 0; i < count; i++)
    length += strlen(sequence_item(data, items[i])) + 3;
  if ((joined = at = malloc(length)) == NULL)
    return NULL;
  *at = 0;
  for (size_t i = 0; i < count; i++)
    at += sprintf(at, "%s%s", i == 0 ? "" : elements[i] == elements[i - 1] ? " + " : " > ", sequence_item(data, items[i]));
  text = sheet_text(joined);
  free(joined);
  return text;
}

static void print_patterns(out_sheet *sheet, const sequence_data *data, const recs_patterns *patterns) {
  double total = (double)recs_patterns_sequences(patterns);
  for (uint64_t i = 0; i < recs_patterns_count(patterns); i++) {
    const uint32_t *items, *elements;
    size_t count;
    uint64_t support;
    json_t *row = json_object();
    if (recs_patterns_get(&items, &elements, &count, &support, patterns, i) != RECS_OK)
      break;
    json_object_set_new(row, "pattern", pattern_text(data, items, elements, count));
    json_object_set_new(row, "length", json_integer((json_int_t)count));
    json_object_set_new(row, "count", json_integer((json_int_t)support));
    json_object_set_new(row, "support", sheet_real((double)support / total));
    sheet_row(sheet, row);
  }
}

static void print_rules(out_sheet *sheet, const sequence_data *data, const recs_patterns *patterns, const recs_pattern_rules *rules) {
  for (uint64_t i = 0; i < recs_pattern_rules_count(rules); i++) {
    const uint32_t *items, *elements;
    size_t cut, count;
    uint64_t support, antecedent;
    double confidence, lift;
    json_t *row = json_object();
    if (recs_pattern_rules_get(&items, &elements, &cut, &count, rules, i) != RECS_OK ||
        recs_pattern_rules_measures(&support, &antecedent, &confidence, &lift, rules, i) != RECS_OK)
      break;
    json_object_set_new(row, "antecedent", pattern_text(data, items, elements, cut));
    json_object_set_new(row, "consequent", pattern_text(data, items + cut, elements + cut, count - cut));
    json_object_set_new(row, "count", json_integer((json_int_t)support));
    json_object_set_new(row, "support", sheet_real((double)support / (double)recs_patterns_sequences(patterns)));
    json_object_set_new(row, "confidence", sheet_real(confidence));
    json_object_set_new(row, "lift", sheet_real(lift));
    sheet_row(sheet, row);
  }
}

/* What comes next after a history: items joined by commas. */
static int print_next(out_sheet *sheet, const sequence_data *data, const recs_pattern_rules *rules, const char *after, uint64_t top) {
  uint32_t *history = NULL, *items = malloc(((size_t)top + 1) * sizeof *items);
  double *confidences = malloc(((size_t)top + 1) * sizeof *confidences);
  uint64_t *by = malloc(((size_t)top + 1) * sizeof *by);
  size_t history_count, count = 0;
  int code = find_rows(&history, &history_count, data->items, "item", after);
  if (code == EXIT_DONE && (items == NULL || confidences == NULL || by == NULL))
    code = bad_input("out of memory");
  if (code == EXIT_DONE &&
      recs_pattern_rules_next(items, confidences, by, &count, rules, history, history_count, (size_t)top) != RECS_OK)
    code = report_failure(NULL);
  for (size_t i = 0; i < count; i++) {
    const uint32_t *rule_items, *elements;
    size_t cut;
    json_t *row = json_object();
    recs_pattern_rules_get(&rule_items, &elements, &cut, NULL, rules, by[i]);
    json_object_set_new(row, "item", sheet_text(sequence_item(data, items[i])));
    json_object_set_new(row, "confidence", sheet_real(confidences[i]));
    json_object_set_new(row, "after", pattern_text(data, rule_items, elements, cut));
    sheet_row(sheet, row);
  }
  free(history);
  free(items);
  free(confidences);
  free(by);
  return code;
}

static int print_all(out_sheet *sheet, const sequence_data *data, const recs_patterns *patterns, const pattern_flags *given,
                     uint64_t top) {
  recs_pattern_rules *rules = NULL;
  uint64_t asked, complete;
  double start = seconds_now();
  int code = EXIT_DONE;
  if (given->rules && recs_pattern_rules_create(&rules, patterns, &given->rule_options) != RECS_OK)
    return report_failure(NULL);
  if (given->rules)
    sheet_time(sheet, "rules", seconds_now() - start);
  if (given->count_only)
    sheet_value(sheet, "count", json_integer((json_int_t)(given->rules ? recs_pattern_rules_count(rules) : recs_patterns_count(patterns))));
  else if (given->after != NULL)
    code = print_next(sheet, data, rules, given->after, top == 0 ? 10 : top);
  else if (given->rules)
    print_rules(sheet, data, patterns, rules);
  else
    print_patterns(sheet, data, patterns);
  recs_pattern_rules_free(rules);
  recs_patterns_complete(&asked, &complete, patterns);
  sheet_value(sheet, "sequences", json_integer((json_int_t)recs_patterns_sequences(patterns)));
  sheet_value(sheet, "min_count", json_integer((json_int_t)asked));
  if (complete > asked) {
    sheet_value(sheet, "complete_from_count", json_integer((json_int_t)complete));
    fprintf(stderr, "recs: the budget ended the search: these are all patterns of count %llu or more, not of %llu\n",
            (unsigned long long)complete, (unsigned long long)asked);
  }
  return code;
}

/* Rows of the items that a flag names. */
static int find_items(const uint32_t **rows, uint64_t *count, const sequence_data *data, const char *joined) {
  uint32_t *found = NULL;
  size_t found_count = 0;
  int code = joined == NULL ? EXIT_DONE : find_rows(&found, &found_count, data->items, "item", joined);
  *rows = found;
  *count = found_count;
  return code;
}

static int mine_and_print(out_sheet *sheet, const sequence_data *data, pattern_flags *given, uint64_t top) {
  recs_patterns_options *options = &given->options;
  recs_patterns *patterns = NULL;
  double start;
  int code = find_items(&options->contain, &options->contain_count, data, given->contain);
  if (code == EXIT_DONE)
    code = find_items(&options->exclude, &options->exclude_count, data, given->exclude);
  start = seconds_now();
  if (code == EXIT_DONE && recs_patterns_mine(&patterns, data->store, options, terminal_progress(), NULL) != RECS_OK)
    code = report_failure(NULL);
  sheet_time(sheet, "read", data->seconds);
  sheet_time(sheet, "fit", seconds_now() - start);
  if (code == EXIT_DONE)
    code = print_all(sheet, data, patterns, given, top);
  recs_patterns_free(patterns);
  free((void *)(uintptr_t)options->contain);
  free((void *)(uintptr_t)options->exclude);
  return code;
}

static int run(int count, char **arguments) {
  pattern_flags given;
  sequence_data data;
  out_sheet *sheet;
  uint64_t top;
  int code;
  flags_init(&given);
  const flag flags[] = {
      {"min-support", FLAG_REAL, &given.options.min_support, "S", "least share of the sequences, in (0, 1]; default 0.01"},
      {"min-count", FLAG_COUNT, &given.options.min_count, "N", "least number of sequences, in place of --min-support"},
      {"min-gap", FLAG_TEXT, &given.min_gap, "GAP", "least distance from an element to the next: positions, or time as in 12h, 7d"},
      {"max-gap", FLAG_TEXT, &given.max_gap, "GAP", "largest such distance; 1: right after"},
      {"window", FLAG_TEXT, &given.window, "SPAN", "largest distance from the first element to the last, likewise"},
      {"kind", FLAG_TEXT, &given.kind, "KIND", "all (default), closed or maximal"},
      {"top", FLAG_COUNT, &given.options.top_k, "K", "only the K patterns of the largest support; with --rules, the K best rules"},
      {"min-length", FLAG_COUNT, &given.min_length, "N", "items of the shortest pattern; default 1"},
      {"max-length", FLAG_COUNT, &given.max_length, "N", "items of the longest pattern; default: any"},
      {"contain", FLAG_TEXT, &given.contain, "ITEMS", "only patterns with all of these items, joined by commas"},
      {"exclude", FLAG_TEXT, &given.exclude, "ITEMS", "only patterns with none of these items"},
      {"rules", FLAG_SWITCH, &given.rules, NULL, "print rules: after this, that"},
      {"min-confidence", FLAG_REAL, &given.rule_options.min_confidence, "C", "least confidence of a rule; default 0.1"},
      {"min-lift", FLAG_REAL, &given.rule_options.min_lift, "L", "least lift of a rule; default 0"},
      {"max-consequent", FLAG_COUNT, &given.max_consequent, "N", "elements that follow in a rule; default 1, the next step; 0: any"},
      {"order", FLAG_TEXT, &given.order, "WHAT", "order of rules: confidence (default), lift or support"},
      {"after", FLAG_TEXT, &given.after, "ITEMS", "what comes next after these, by the rules; oldest first, joined by commas"},
      {"budget-mb", FLAG_COUNT, &given.budget_mb, "M", "memory for patterns; beyond it the least count rises; default 1024, 0: any"},
      {"budget-seconds", FLAG_REAL, &given.options.max_seconds, "S", "time; beyond it the least count rises; default 0, any"},
      {"count", FLAG_SWITCH, &given.count_only, NULL, "print only how many there are, as JSON"},
      SEQUENCE_FLAGS(given.sequences),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "FILE --min-support S [flags]   (a log, or one sequence a line)", flags, FLAG_TOTAL(flags), 1,
                          1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  top = given.options.top_k;
  if ((code = set_options(&given)) != EXIT_DONE)
    return code;
  sheet = given.count_only ? sheet_open(stdout, "json", NULL)
                           : sheet_open(stdout, given.settings.format, given.after != NULL ? "next" : given.rules ? "rules" : "patterns");
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  code = open_sequences(&data, &given.settings, arguments[1], &given.sequences);
  if (code == EXIT_DONE)
    code = mine_and_print(sheet, &data, &given, top);
  close_sequences(&data);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_sequences = {"sequences", "FILE --min-support S", "mine sequential patterns: what is done after what", run};
