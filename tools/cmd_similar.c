/* recs similar: items like one item, by the whole model or by one of its parts. */
#include "served.h"
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

typedef struct similar_flags {
  general settings;
  filter_flags filter;
  const char *item;
  const char *part;
  uint64_t n;
} similar_flags;

static int print_similar(const recs_model *model, const similar_flags *given, const recs_filter *filter, out_sheet *sheet) {
  size_t n = (size_t)given->n, count = 0;
  uint32_t *items = malloc(n * sizeof *items);
  double *scores = malloc(n * sizeof *scores);
  uint32_t row;
  int code = find_row(&row, recs_model_items(model), "item", given->item, strlen(given->item));
  if (items == NULL || scores == NULL)
    code = bad_input("out of memory");
  if (code == EXIT_DONE && recs_model_similar(items, scores, &count, model, row, given->part, n, filter) != RECS_OK)
    code = report_failure(NULL);
  for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
    json_t *shown = json_object();
    const char *id = "";
    recs_ids_name(&id, NULL, recs_model_items(model), items[i]);
    json_object_set_new(shown, "rank", json_integer((json_int_t)i + 1));
    json_object_set_new(shown, "item", sheet_text(id));
    json_object_set_new(shown, "title", sheet_text(recs_model_title(model, items[i])));
    json_object_set_new(shown, "similarity", sheet_real(scores[i]));
    sheet_row(sheet, shown);
  }
  free(scores);
  free(items);
  return code;
}

static int run(int count, char **arguments) {
  similar_flags given = {.settings = {"table", 0}, .n = 10};
  served_model served;
  recs_filter filter = {0};
  out_sheet *sheet;
  double start;
  int code;
  const flag flags[] = {
      {"to", FLAG_TEXT, &given.item, "ITEM", "the item"},
      {"by", FLAG_TEXT, &given.part, "PART", "a part of a hybrid, such as content or item-knn; default: the whole model"},
      {"n", FLAG_COUNT, &given.n, "N", "items; default 10"},
      FILTER_FLAGS(given.filter),
      GENERAL_FLAGS(given.settings),
  };
  if ((code = parse_flags(count, arguments, "MODEL --to ITEM [flags]", flags, FLAG_TOTAL(flags), 1, 1)) < 0)
    return code == -2 ? EXIT_DONE : EXIT_BAD_USAGE;
  if (given.item == NULL)
    return bad_usage("similar needs --to ITEM");
  if (given.n == 0 || given.n > 100000)
    return bad_usage("-n is %llu, outside 1 to 100000", (unsigned long long)given.n);
  if ((sheet = sheet_open(stdout, given.settings.format, "similar")) == NULL)
    return EXIT_BAD_USAGE;
  start = seconds_now();
  code = open_model(&served, &given.settings, arguments[1]);
  sheet_time(sheet, "read", seconds_now() - start);
  start = seconds_now();
  if (code == EXIT_DONE)
    code = open_filter(&filter, &given.filter, recs_model_items(served.model));
  if (code == EXIT_DONE)
    code = print_similar(served.model, &given, &filter, sheet);
  sheet_time(sheet, "score", seconds_now() - start);
  close_filter(&filter);
  close_model(&served);
  if (code == EXIT_DONE)
    sheet_close(sheet);
  return code;
}

const command command_similar = {"similar", "MODEL --to ITEM", "list the items most like one item", run};
