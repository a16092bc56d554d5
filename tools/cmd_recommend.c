/* recs recommend: lists for users, for all users, or for a basket. */
#include "served.h"
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_REASONS = 4, ALL_AT_ONCE = 1024 };

typedef struct recommend_flags {
  general settings;
  filter_flags filter;
  text_list users;
  const char *basket;
  uint64_t n;
  int all;
  int explain;
} recommend_flags;

/* One list on its way to the sheet. `history` is NULL for a known user. */
typedef struct list {
  const recs_model *model;
  const char *label;
  uint32_t user;
  const recs_history *history;
  const uint32_t *items;
  const double *scores;
  size_t count;
} list;

static json_t *reasons_of(const list *shown, uint32_t item) {
  recs_explanation *explanation = NULL;
  json_t *text;
  int32_t status = shown->history != NULL
                       ? recs_model_explain_history(&explanation, shown->model, shown->history, item, MOST_REASONS)
                       : recs_model_explain(&explanation, shown->model, shown->user, item, MOST_REASONS);
  text = sheet_text(status == RECS_OK ? recs_explanation_text(explanation) : "");
  recs_explanation_free(explanation);
  return text;
}

static void print_list(out_sheet *sheet, const list *shown, int explain) {
  for (size_t i = 0; i < shown->count; i++) {
    json_t *row = json_object();
    const char *id = "";
    const char *title = recs_model_title(shown->model, shown->items[i]);
    recs_ids_name(&id, NULL, recs_model_items(shown->model), shown->items[i]);
    json_object_set_new(row, "user", sheet_text(shown->label));
    json_object_set_new(row, "rank", json_integer((json_int_t)i + 1));
    json_object_set_new(row, "item", sheet_text(id));
    if (strcmp(title, id) != 0)
      json_object_set_new(row, "title", sheet_text(title));
    else
      json_object_set_new(row, "title", json_string(""));
    json_object_set_new(row, "score", sheet_real(shown->scores[i]));
    if (explain)
      json_object_set_new(row, "why", reasons_of(shown, shown->items[i]));
    sheet_row(sheet, row);
  }
}

/* Users in batches over the threads; `users` NULL: rows from `first` on. */
static int print_users(out_sheet *sheet, const recs_model *model, const uint32_t *users, uint32_t total, const recommend_flags *given,
                       const recs_filter *filter) {
  size_t n = (size_t)given->n;
  uint32_t at_once = n < ALL_AT_ONCE ? ALL_AT_ONCE : 1;
  uint32_t *items = malloc(at_once * n * sizeof *items);
  double *scores = malloc(at_once * n * sizeof *scores);
  size_t counts[ALL_AT_ONCE];
  uint32_t rows[ALL_AT_ONCE];
  int code = items == NULL || scores == NULL ? bad_input("out of memory") : EXIT_DONE;
  for (uint32_t first = 0; code == EXIT_DONE && first < total; first += at_once) {
    size_t batch = total - first < at_once ? total - first : at_once;
    for (size_t i = 0; i < batch; i++)
      rows[i] = users == NULL ? first + (uint32_t)i : users[first + i];
    if (recs_model_recommend_many(items, scores, counts, model, rows, batch, n, filter, NULL, NULL) != RECS_OK) {
      code = report_failure(NULL);
      break;
    }
    for (size_t i = 0; i < batch; i++) {
      const char *id = "";
      recs_ids_name(&id, NULL, recs_model_users(model), rows[i]);
      list shown = {model, id, rows[i], NULL, items + i * n, scores + i * n, counts[i]};
      print_list(sheet, &shown, given->explain);
    }
  }
  free(scores);
  free(items);
  return code;
}

static int print_named_users(out_sheet *sheet, const recs_model *model, const recommend_flags *given, const recs_filter *filter) {
  uint32_t *rows = malloc((given->users.count + 1) * sizeof *rows);
  int code = rows == NULL ? bad_input("out of memory") : EXIT_DONE;
  for (size_t i = 0; code == EXIT_DONE && i < given->users.count; i++)
    code = find_row(&rows[i], recs_model_users(model), "user", given->users.texts[i], strlen(given->users.texts[i]));
  if (code == EXIT_DONE)
    code = print_users(sheet, model, rows, (uint32_t)given->users.count, given, filter);
  free(rows);
  return code;
}

static int print_basket(out_sheet *sheet, const recs_model *model, const recommend_flags *given, const recs_filter *filter) {
  size_t n = (size_t)given->n, count = 0, basket_count = 0;
  uint32_t *basket = NULL;
  uint32_t *items = malloc(n * sizeof *items);
  double *scores = malloc(n * sizeof *scores);
  int code = find_rows(&basket, &basket_count, recs_model_items(model), "item", given->basket);
  if (items == NULL || scores == NULL)
    code = bad_input("out of memory");
  if (code == EXIT_DONE) {
    recs_history history = {.struct_size = sizeof history, .items = basket, .count = basket_count, .user = RECS_NO_ROW};
    if (recs_model_recommend_history(items, scores, &count, model, &history, n, filter) != RECS_OK) {
      code = report_failure(NULL);
    } else {
      list shown = {model, given->basket, RECS_NO_ROW, &history, items, scores, count};
      print_list(sheet, &shown, given->explain);
    }
  }
  free(scores);
  free(items);
  free(basket);
  return code;
}

static int print_lists(const char *path, const recommend_flags *given, out_sheet *sheet) {
  served_model served;
  recs_filter filter = {0};
  double start = seconds_now();
  int code = open_model(&served, &given->settings, path);
  sheet_time(sheet, "read", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = open_filter(&filter, &given->filter, recs_model_items(served.model));
  if (code == EXIT_DONE && given->basket != NULL)
    code = print_basket(sheet, served.model, given, &filter);
  if (code == EXIT_DONE && given->users.count > 0)
    code = print_named_users(sheet, served.model, given, &filter);
  if (code == EXIT_DONE && given->all)
    code = print_users(sheet, served.model, NULL, recs_ids_count(recs_model_users(served.model)), given, &filter);
  sheet_time(sheet, "score", seconds_now() - start);
  close_filter(&filter);
  close_model(&served);
  return code;
}

static int run(int count, char **arguments) {
  recommend_flags given = {.settings = {"table", 0}, .n = 10};
  out_sheet *sheet;
  int code;
  const flag flags[] = {
      {"for", FLAG_LIST, &given.users, "USER", "a user; may be given again"},
      {"all", FLAG_SWITCH, &given.all, NULL, "every user"},
      {"basket", FLAG_TEXT, &given.basket, "ITEMS", "an anonymous basket: items joined by commas"},
      {"n", FLAG_COUNT, &given.n, "N", "items a list; default 10"},
      {"explain", FLAG_SWITCH, &given.explain, NULL, "say because of what"},
      FILTER_FLAGS(given.filter),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "MODEL --for USER... | --all | --basket ITEM,ITEM [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.users.count == 0 && !given.all && given.basket == NULL)
    return bad_usage("recommend needs --for USER, --all or --basket ITEMS");
  if (given.n == 0 || given.n > 100000)
    return bad_usage("-n is %llu, outside 1 to 100000", (unsigned long long)given.n);
  if ((sheet = sheet_open(stdout, given.settings.format, "recommendations")) == NULL)
    return EXIT_BAD_USAGE;
  code = print_lists(arguments[1], &given, sheet);
  free_list(&given.users);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_recommend = {"recommend", "MODEL --for USER", "list the best items for users or a basket, with reasons", run};
