#include "served.h"

#include "input.h"

#include <stdlib.h>
#include <string.h>

int open_model(served_model *model, const general *settings, const char *path) {
  memset(model, 0, sizeof *model);
  model->context = open_context(settings);
  return recs_model_load(&model->model, model->context, path) == RECS_OK ? EXIT_DONE : report_failure(NULL);
}

void close_model(served_model *model) {
  recs_model_free(model->model);
  recs_context_free(model->context);
}

int find_row(uint32_t *row, const recs_ids *ids, const char *kind, const char *id, size_t length) {
  if (recs_ids_find(row, ids, id, length) == RECS_OK)
    return EXIT_DONE;
  return bad_input("unknown %s \"%.*s\"", kind, (int)(length < 80 ? length : 80), id);
}

int rows_of_file(uint32_t **rows, size_t *count, const recs_ids *items, const char *path) {
  char *text;
  text_list lines;
  int code = read_lines(&text, &lines, path);
  *count = 0;
  *rows = malloc((lines.count + 1) * sizeof **rows);
  if (code == EXIT_DONE && *rows == NULL)
    code = bad_input("%s: out of memory", path);
  for (size_t i = 0; code == EXIT_DONE && i < lines.count; i++) {
    if (recs_ids_find(&(*rows)[*count], items, lines.texts[i], strlen(lines.texts[i])) == RECS_OK)
      *count += 1;
  }
  free_list(&lines);
  free(text);
  return code;
}

int open_filter(recs_filter *filter, const filter_flags *flags, const recs_ids *items) {
  uint32_t *rows = NULL;
  int code = EXIT_DONE;
  memset(filter, 0, sizeof *filter);
  filter->struct_size = sizeof *filter;
  filter->include_seen = flags->include_seen;
  if (flags->allow != NULL) {
    code = rows_of_file(&rows, &filter->allowed_count, items, flags->allow);
    filter->allowed = rows;
  }
  if (code == EXIT_DONE && flags->deny != NULL) {
    code = rows_of_file(&rows, &filter->denied_count, items, flags->deny);
    filter->denied = rows;
  }
  return code;
}

void close_filter(recs_filter *filter) {
  free((uint32_t *)(uintptr_t)filter->allowed);
  free((uint32_t *)(uintptr_t)filter->denied);
}

int find_rows(uint32_t **rows, size_t *count, const recs_ids *ids, const char *kind, const char *joined) {
  size_t most = 1;
  int code = EXIT_DONE;
  for (const char *at = joined; (at = strchr(at, ',')) != NULL; at++)
    most += 1;
  *count = 0;
  *rows = malloc(most * sizeof **rows);
  if (*rows == NULL)
    return bad_input("out of memory");
  while (code == EXIT_DONE && *joined != 0) {
    size_t length = strcspn(joined, ",");
    code = find_row(&(*rows)[*count], ids, kind, joined, length);
    *count += 1;
    joined += length + (joined[length] == ',');
  }
  return code;
}
