#include "item_lines.h"

#include <stdlib.h>
#include <string.h>

static int add_row(item_lines *lines, uint32_t row) {
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

static int end_line(item_lines *lines) {
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

static int add_line(item_lines *lines, recs_ids *items, const char *path, const char *line, size_t number) {
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

int read_item_lines(item_lines *out, recs_ids *items, const char *path) {
  text_list texts;
  char *text;
  int code = read_lines(&text, &texts, path);
  memset(out, 0, sizeof *out);
  if (code == EXIT_DONE && texts.count == 0)
    code = bad_input("%s: the file is empty", path);
  for (size_t i = 0; code == EXIT_DONE && i < texts.count; i++)
    code = add_line(out, items, path, texts.texts[i], i + 1);
  free_list(&texts);
  free(text);
  return code;
}

void free_item_lines(item_lines *lines) {
  free(lines->rows);
  free(lines->offsets);
}

int is_table_file(const char *path) {
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
