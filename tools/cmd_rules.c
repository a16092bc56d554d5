/* recs rules: if these, then those. */
#include "mining.h"
#include "served.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 128 };

typedef struct rule_flags {
  mining_flags mining;
  const char *metric;
  double minimum;
  text_list where;
  const char *consequent;
  const char *antecedent;
  const char *allow_antecedent, *deny_antecedent, *allow_consequent, *deny_consequent;
  uint64_t max_antecedent, max_consequent;
  uint64_t top;
  int no_redundant;
  double min_improvement;
  double significant;
  const char *correction;
  const char *test;
  const char *columns;
} rule_flags;

/* What the flags come to; freed by free_wishes(). */
typedef struct wishes {
  recs_rules_options options;
  recs_rules_bound *bounds;
  recs_candidates *sets[3];
  int32_t test, correction;
  int32_t columns[MOST_COLUMNS]; /* metrics */
  size_t column_count;
} wishes;

static void free_wishes(wishes *self) {
  free(self->bounds);
  for (size_t i = 0; i < 3; i++)
    recs_candidates_free(self->sets[i]);
}

/* The metric of a name that ends at `length`. */
static int find_metric(int32_t *out, const char *name, size_t length) {
  const char *known;
  for (*out = 1; (known = recs_rules_metric_name(*out)) != NULL; *out += 1) {
    if (strlen(known) == length && memcmp(known, name, length) == 0)
      return EXIT_DONE;
  }
  return bad_usage("unknown metric \"%.*s\": see recs rules --list-metrics", (int)length, name);
}

/* "lift>=1.2" or "fishers-exact<=0.01". */
static int read_bound(recs_rules_bound *out, const char *text) {
  size_t length = strcspn(text, "<>");
  char *end;
  double value;
  memset(out, 0, sizeof *out);
  if (text[length] == 0 || text[length + 1] != '=')
    return bad_usage("--where takes METRIC>=X or METRIC<=X, not \"%s\"", text);
  value = strtod(text + length + 2, &end);
  if (end == text + length + 2 || *end != 0 || isnan(value))
    return bad_usage("--where \"%s\": \"%s\" is no number", text, text + length + 2);
  out->minimum = text[length] == '>' ? value : -HUGE_VAL;
  out->maximum = text[length] == '<' ? value : HUGE_VAL;
  return find_metric(&out->metric, text, length);
}

static int read_bounds(wishes *self, const text_list *where) {
  self->bounds = calloc(where->count + 1, sizeof *self->bounds);
  if (self->bounds == NULL)
    return bad_input("out of memory");
  for (size_t i = 0; i < where->count; i++) {
    int code = read_bound(&self->bounds[i], where->texts[i]);
    if (code != EXIT_DONE)
      return code;
  }
  self->options.bounds = self->bounds;
  self->options.bound_count = where->count;
  return EXIT_DONE;
}

/* The items of a side by files of allowed and of denied ones; NULL where neither is given. */
static int read_side(recs_candidates **out, const basket_data *baskets, const char *allow, const char *deny) {
  uint32_t *allowed = NULL, *denied = NULL;
  size_t allowed_count = 0, denied_count = 0;
  int code = EXIT_DONE;
  if (allow == NULL && deny == NULL)
    return EXIT_DONE;
  if ((allow == NULL || (code = rows_of_file(&allowed, &allowed_count, baskets->items, allow)) == EXIT_DONE) &&
      (deny == NULL || (code = rows_of_file(&denied, &denied_count, baskets->items, deny)) == EXIT_DONE) &&
      recs_candidates_create(out, baskets->context, recs_ids_count(baskets->items), allowed, allowed_count, denied, denied_count) !=
          RECS_OK)
    code = report_failure(NULL);
  free(allowed);
  free(denied);
  return code;
}

static int read_sides(wishes *self, const basket_data *baskets, const rule_flags *given) {
  uint32_t *rows = NULL;
  size_t count = 0;
  int code;
  if ((code = read_side(&self->sets[0], baskets, given->allow_antecedent, given->deny_antecedent)) != EXIT_DONE ||
      (code = read_side(&self->sets[1], baskets, given->allow_consequent, given->deny_consequent)) != EXIT_DONE)
    return code;
  if (given->antecedent != NULL)
    code = find_rows(&rows, &count, baskets->items, "item", given->antecedent);
  if (code == EXIT_DONE && count > 0 &&
      recs_candidates_create(&self->sets[2], baskets->context, recs_ids_count(baskets->items), rows, count, NULL, 0) != RECS_OK)
    code = report_failure(NULL);
  free(rows);
  self->options.antecedent_items = self->sets[0];
  self->options.consequent_items = self->sets[1];
  self->options.antecedent_has = self->sets[2];
  return code;
}

/* "confidence,lift", or "all". */
static int read_columns(wishes *self, const char *names) {
  if (strcmp(names, "all") == 0) {
    while (self->column_count < MOST_COLUMNS && recs_rules_metric_name((int32_t)self->column_count + 1) != NULL) {
      self->columns[self->column_count] = (int32_t)self->column_count + 1;
      self->column_count += 1;
    }
    return EXIT_DONE;
  }
  while (*names != 0) {
    size_t length = strcspn(names, ",");
    int code;
    if (self->column_count == MOST_COLUMNS)
      return bad_usage("--columns names more than %d metrics", MOST_COLUMNS);
    if ((code = find_metric(&self->columns[self->column_count++], names, length)) != EXIT_DONE)
      return code;
    names += length + (names[length] == ',');
  }
  return EXIT_DONE;
}

/* Everything that needs no file: mistakes in the flags are told before anything is read. */
static int read_words(wishes *self, const rule_flags *given) {
  static const char *const corrections[] = {"none", "bonferroni", "holm", "bh"};
  int code;
  recs_rules_options_init(&self->options, sizeof self->options);
  self->options.minimum = given->minimum;
  self->options.max_antecedent = given->max_antecedent > UINT32_MAX ? UINT32_MAX : (uint32_t)given->max_antecedent;
  self->options.max_consequent = given->max_consequent > UINT32_MAX ? UINT32_MAX : (uint32_t)given->max_consequent;
  for (self->correction = 0; strcmp(corrections[self->correction], given->correction) != 0; self->correction++) {
    if (self->correction == RECS_CORRECTION_BH)
      return bad_usage("--correction is none, bonferroni, holm or bh, not \"%s\"", given->correction);
  }
  if ((code = find_metric(&self->options.metric, given->metric, strlen(given->metric))) != EXIT_DONE ||
      (code = find_metric(&self->test, given->test, strlen(given->test))) != EXIT_DONE ||
      (code = read_columns(self, given->columns)) != EXIT_DONE)
    return code;
  if (self->test != RECS_METRIC_FISHERS_EXACT && self->test != RECS_METRIC_CHI_SQUARED_P)
    return bad_usage("--test is fishers-exact or chi-squared-p, not \"%s\"", given->test);
  if (!(given->significant >= 0 && given->significant <= 1))
    return bad_usage("--significant is %g: it must be above 0 and at most 1", given->significant);
  if (!(given->min_improvement >= 0))
    return bad_usage("--min-improvement is %g, below 0", given->min_improvement);
  return read_bounds(self, &given->where);
}

/* Puts the next list in the place of the one before. */
static int replace(recs_rules **rules, recs_rules *next, int32_t status) {
  recs_rules_free(*rules);
  *rules = next;
  return status == RECS_OK ? EXIT_DONE : report_failure(NULL);
}

/* Where nothing is thinned out afterwards, only as many as are wanted are kept from the beginning. */
static int make_rules(recs_rules **out, const recs_itemsets *itemsets, const basket_data *baskets, const rule_flags *given,
                      wishes *wanted) {
  int thinned = given->significant > 0 || given->no_redundant || given->min_improvement > 0;
  recs_rules *next;
  int32_t status;
  int code = read_sides(wanted, baskets, given);
  if (code != EXIT_DONE)
    return code;
  if (given->consequent != NULL &&
      (code = find_row(&wanted->options.consequent, baskets->items, "item", given->consequent, strlen(given->consequent))) != EXIT_DONE)
    return code;
  wanted->options.max_rules = thinned ? 0 : given->top;
  wanted->options.baskets = baskets->matrix;
  if (recs_rules_create(out, itemsets, &wanted->options, terminal_progress(), NULL) != RECS_OK)
    return report_failure(NULL);
  if (given->significant > 0) {
    status = recs_rules_significant(&next, *out, given->significant, wanted->test, wanted->correction, 0);
    if ((code = replace(out, next, status)) != EXIT_DONE)
      return code;
  }
  if (given->no_redundant || given->min_improvement > 0) {
    status = recs_rules_prune(&next, *out, RECS_METRIC_CONFIDENCE, given->min_improvement);
    if ((code = replace(out, next, status)) != EXIT_DONE)
      return code;
  }
  if (thinned && given->top > 0) {
    status = recs_rules_first(&next, *out, given->top);
    code = replace(out, next, status);
  }
  return code;
}

static void print_rules(out_sheet *sheet, const basket_data *baskets, const recs_rules *rules, const wishes *wanted) {
  for (uint64_t i = 0; i < recs_rules_count(rules); i++) {
    const uint32_t *left, *right;
    size_t left_size, right_size;
    json_t *row = json_object();
    if (recs_rules_get(&left, &left_size, &right, &right_size, rules, i) != RECS_OK)
      break;
    json_object_set_new(row, "antecedent", set_text(baskets, left, left_size));
    json_object_set_new(row, "consequent", set_text(baskets, right, right_size));
    for (size_t m = 0; m < wanted->column_count; m++) {
      double value = 0;
      recs_rules_metric(&value, rules, i, wanted->columns[m]);
      json_object_set_new(row, recs_rules_metric_name(wanted->columns[m]), sheet_real(value));
    }
    sheet_row(sheet, row);
  }
}

static int list_metrics(const char *format) {
  out_sheet *sheet = sheet_open(stdout, format, "metrics");
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  for (int32_t metric = 1; recs_rules_metric_name(metric) != NULL; metric++) {
    json_t *row = json_object();
    json_object_set_new(row, "metric", sheet_text(recs_rules_metric_name(metric)));
    json_object_set_new(row, "better", sheet_text(recs_rules_metric_direction(metric) > 0 ? "more" : "less"));
    json_object_set_new(row, "formula", sheet_text(recs_rules_metric_formula(metric)));
    sheet_row(sheet, row);
  }
  sheet_close(sheet);
  return EXIT_DONE;
}

static int mine_and_print(const char *path, rule_flags *given, wishes *wanted) {
  basket_data baskets;
  recs_itemsets *itemsets = NULL;
  recs_rules *rules = NULL;
  out_sheet *sheet = sheet_open(stdout, given->mining.settings.format, "rules");
  int code;
  if (sheet == NULL)
    return EXIT_BAD_USAGE;
  code = open_baskets(&baskets, &given->mining.settings, path, &given->mining.columns, &given->mining.items);
  if (code == EXIT_DONE)
    code = mine(&itemsets, &baskets, &given->mining, sheet);
  if (code == EXIT_DONE) {
    double start = seconds_now();
    code = make_rules(&rules, itemsets, &baskets, given, wanted);
    sheet_time(sheet, "score", seconds_now() - start);
  }
  if (code == EXIT_DONE)
    print_rules(sheet, &baskets, rules, wanted);
  if (code == EXIT_DONE && (given->mining.budget_mb > 0 || given->mining.budget_seconds > 0))
    report_cut(itemsets, sheet);
  recs_rules_free(rules);
  recs_itemsets_free(itemsets);
  free_wishes(wanted); /* while the context that its sets live in is there */
  close_baskets(&baskets);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

static int run(int count, char **arguments) {
  rule_flags given = {.minimum = 1.0, .metric = "lift", .correction = "holm", .test = "fishers-exact",
                      .columns = "support,confidence,lift,leverage,conviction,zhang"};
  wishes wanted = {0};
  int code, list = 0;
  mining_flags_init(&given.mining);
  const flag flags[] = {
      MINING_FLAGS(given.mining),
      {"kind", FLAG_TEXT, &given.mining.kind, "KIND", "make rules of all (default), closed or maximal itemsets"},
      {"budget-mb", FLAG_REAL, &given.mining.budget_mb, "M", "mine what has the highest support in M megabytes, say what was cut"},
      {"budget-seconds", FLAG_REAL, &given.mining.budget_seconds, "S", "mine for S seconds at most, say what was cut"},
      {"metric", FLAG_TEXT, &given.metric, "NAME", "what rules are chosen and ordered by; default lift"},
      {"min", FLAG_REAL, &given.minimum, "X", "its worst value: the least, or the greatest where less is better; default 1"},
      {"where", FLAG_LIST, &given.where, "BOUND", "a bound on any metric, as confidence>=0.5 or imbalance<=0.3; may be given again"},
      {"consequent", FLAG_TEXT, &given.consequent, "ITEM", "only rules that lead to this item alone"},
      {"antecedent", FLAG_TEXT, &given.antecedent, "ITEM,ITEM", "only rules with these items on the left, and perhaps others"},
      {"allow-antecedent", FLAG_TEXT, &given.allow_antecedent, "FILE", "only these items on the left: one id a line"},
      {"deny-antecedent", FLAG_TEXT, &given.deny_antecedent, "FILE", "never these on the left"},
      {"allow-consequent", FLAG_TEXT, &given.allow_consequent, "FILE", "only these items on the right"},
      {"deny-consequent", FLAG_TEXT, &given.deny_consequent, "FILE", "never these on the right"},
      {"max-antecedent", FLAG_COUNT, &given.max_antecedent, "N", "items on the left at most"},
      {"max-consequent", FLAG_COUNT, &given.max_consequent, "N", "items on the right at most"},
      {"significant", FLAG_REAL, &given.significant, "P", "only rules whose corrected p-value is at most P, such as 0.05"},
      {"correction", FLAG_TEXT, &given.correction, "NAME", "for many tests: holm (default), bonferroni, bh or none"},
      {"test", FLAG_TEXT, &given.test, "NAME", "fishers-exact (default) or chi-squared-p"},
      {"no-redundant", FLAG_SWITCH, &given.no_redundant, NULL, "no rule that a more general one matches in confidence"},
      {"min-improvement", FLAG_REAL, &given.min_improvement, "X", "confidence that a rule must add to every more general one"},
      {"top", FLAG_COUNT, &given.top, "N", "only the best N by the metric"},
      {"columns", FLAG_TEXT, &given.columns, "NAMES", "metrics to print, separated by commas, or all"},
      {"list-metrics", FLAG_SWITCH, &list, NULL, "print the metrics and their formulas instead"},
      CATALOGUE_FLAGS(given.mining.items),
      EVENT_FLAGS(given.mining.columns),
      GENERAL_FLAGS(given.mining.settings),
  };
  code = parse_flags(count, arguments, "FILE --min-support S [flags]", flags, FLAG_TOTAL(flags), 0, 1);
  if (code < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (list)
    code = list_metrics(given.mining.settings.format);
  else if (code == 0)
    code = bad_usage("rules needs a FILE of baskets");
  else if ((code = read_words(&wanted, &given)) == EXIT_DONE)
    code = mine_and_print(arguments[1], &given, &wanted);
  else
    free_wishes(&wanted);
  free_list(&given.where);
  mining_flags_free(&given.mining);
  return code;
}

const command command_rules = {"rules", "FILE --min-support S", "derive association rules from baskets", run};
