#include "sheet.h"

#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AHEAD = 256, WIDEST = 80, MOST_COLUMNS = 256, CELL = 1024 };

enum form { FORM_TABLE, FORM_JSON, FORM_CSV, FORM_JSONL, FORMS };

struct out_sheet {
  FILE *out;
  const char *rows_key;
  enum form form;
  size_t rows;            /* written or held */
  json_t *held;           /* a table's first rows, until the widths are known */
  json_t *values;
  json_t *timings;
  size_t columns;
  size_t widths[MOST_COLUMNS];
};

out_sheet *sheet_open(FILE *out, const char *format, const char *rows_key) {
  static const char *const forms[] = {"table", "json", "csv", "jsonl"};
  out_sheet *opened;
  int form = 0;
  while (form < FORMS && format != NULL && strcmp(format, forms[form]) != 0)
    form += 1;
  if (form == FORMS) {
    bad_usage("--format is \"%s\", not one of table, json, csv, jsonl", format);
    return NULL;
  }
  opened = calloc(1, sizeof *opened);
  if (opened == NULL)
    return NULL;
  opened->out = out;
  opened->rows_key = rows_key;
  opened->form = (enum form)form;
  opened->held = json_array();
  opened->values = json_object();
  opened->timings = json_object();
  return opened;
}

json_t *sheet_real(double value) {
  if (isnan(value))
    return json_string("nan");
  if (isinf(value))
    return json_string(value > 0 ? "inf" : "-inf");
  return json_real(value);
}

/* Copies text, replacing what is no UTF-8 (as jansson judges it). */
static json_t *repaired_text(const char *text) {
  size_t length = strlen(text);
  char *copy = malloc(3 * length + 1);
  size_t used = 0;
  json_t *repaired;
  if (copy == NULL)
    return NULL;
  for (size_t i = 0; i < length;) {
    size_t bytes = 1;
    json_t *piece = NULL;
    while (bytes <= 4 && i + bytes <= length && (piece = json_stringn(text + i, bytes)) == NULL)
      bytes += 1;
    if (piece == NULL)
      bytes = 1;
    memcpy(copy + used, piece == NULL ? "\xef\xbf\xbd" : text + i, piece == NULL ? 3 : bytes);
    used += piece == NULL ? 3 : bytes;
    i += bytes;
    json_decref(piece);
  }
  repaired = json_stringn(copy, used);
  free(copy);
  return repaired;
}

json_t *sheet_text(const char *text) {
  json_t *value = json_string(text);
  return value == NULL ? repaired_text(text) : value;
}

static const char *cell_text(char room[CELL], const json_t *value, int full) {
  if (json_is_string(value))
    return json_string_value(value);
  if (json_is_real(value))
    snprintf(room, CELL, full ? "%.17g" : "%.4g", json_real_value(value));
  else if (json_is_integer(value))
    snprintf(room, CELL, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
  else
    room[0] = 0;
  return room;
}

/* Characters, not bytes: continuation bytes of UTF-8 take no room. */
static size_t shown_width(const char *text) {
  size_t width = 0;
  for (; *text != 0; text++)
    width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

static void print_padded(FILE *out, const char *text, size_t width, int right, int last) {
  size_t shown = shown_width(text);
  for (size_t i = shown; right && i < width; i++)
    fputc(' ', out);
  fputs(text, out);
  for (size_t i = shown; !right && !last && i < width; i++)
    fputc(' ', out);
  fputs(last ? "\n" : "  ", out);
}

static void print_table_row(const out_sheet *sheet, json_t *row) {
  char room[CELL];
  const char *key;
  json_t *value;
  size_t column = 0;
  json_object_foreach(row, key, value) {
    print_padded(sheet->out, cell_text(room, value, 0), sheet->widths[column], json_is_number(value),
                 column + 1 == sheet->columns);
    column += 1;
  }
}

static void measure(out_sheet *sheet, json_t *row) {
  char room[CELL];
  const char *key;
  json_t *value;
  size_t column = 0;
  json_object_foreach(row, key, value) {
    size_t width = shown_width(cell_text(room, value, 0));
    size_t name = shown_width(key);
    width = width < WIDEST ? width : WIDEST;
    width = width > name ? width : name;
    if (column < MOST_COLUMNS && width > sheet->widths[column])
      sheet->widths[column] = width;
    column += 1;
  }
  sheet->columns = column;
}

/* Prints the heads and the rows held so far. */
static void print_held(out_sheet *sheet) {
  size_t index, column = 0;
  json_t *row, *value;
  const char *key;
  json_array_foreach(sheet->held, index, row) measure(sheet, row);
  row = json_array_get(sheet->held, 0);
  json_object_foreach(row, key, value) {
    print_padded(sheet->out, key, sheet->widths[column], json_is_number(value), column + 1 == sheet->columns);
    column += 1;
  }
  json_array_foreach(sheet->held, index, row) print_table_row(sheet, row);
  json_array_clear(sheet->held);
}

static void print_csv_text(FILE *out, const char *text) {
  if (strpbrk(text, ",\"\r\n") == NULL) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text != 0; text++) {
    if (*text == '"')
      fputc('"', out);
    fputc(*text, out);
  }
  fputc('"', out);
}

static void print_csv_row(const out_sheet *sheet, json_t *row, int heads) {
  char room[CELL];
  const char *key, *comma = "";
  json_t *value;
  json_object_foreach(row, key, value) {
    fputs(comma, sheet->out);
    print_csv_text(sheet->out, heads ? key : cell_text(room, value, 1));
    comma = ",";
  }
  fputs("\n", sheet->out);
}

void sheet_row(out_sheet *sheet, json_t *row) {
  size_t number = sheet->rows++;
  if (sheet->form == FORM_JSON) {
    if (number == 0)
      fprintf(sheet->out, "{\"%s\": [", sheet->rows_key);
    fputs(number == 0 ? "\n" : ",\n", sheet->out);
    json_dumpf(row, sheet->out, 0);
  } else if (sheet->form == FORM_JSONL) {
    json_dumpf(row, sheet->out, 0);
    fputs("\n", sheet->out);
  } else if (sheet->form == FORM_CSV) {
    if (number == 0)
      print_csv_row(sheet, row, 1);
    print_csv_row(sheet, row, 0);
  } else if (number < LOOK_AHEAD) {
    json_array_append(sheet->held, row);
  } else {
    if (number == LOOK_AHEAD)
      print_held(sheet);
    print_table_row(sheet, row);
  }
  json_decref(row);
}

void sheet_value(out_sheet *sheet, const char *key, json_t *value) {
  json_object_set_new(sheet->values, key, value);
}

void sheet_time(out_sheet *sheet, const char *what, double seconds) {
  json_object_set_new(sheet->timings, what, json_real(seconds));
}

static void close_json(const out_sheet *sheet) {
  const char *key, *comma = "";
  json_t *value;
  if (sheet->rows_key != NULL) {
    fputs(sheet->rows == 0 ? "{" : "\n]", sheet->out);
    if (sheet->rows == 0)
      fprintf(sheet->out, "\"%s\": []", sheet->rows_key);
    comma = ",\n";
  } else {
    fputs("{", sheet->out);
  }
  json_object_foreach(sheet->values, key, value) {
    fprintf(sheet->out, "%s\"%s\": ", comma, key);
    json_dumpf(value, sheet->out, JSON_ENCODE_ANY);
    comma = ",\n";
  }
  fprintf(sheet->out, "%s\"timings\": ", comma);
  json_dumpf(sheet->timings, sheet->out, JSON_REAL_PRECISION(6));
  fputs("}\n", sheet->out);
}

static void close_table(out_sheet *sheet) {
  char room[CELL];
  const char *key;
  json_t *value;
  if (json_array_size(sheet->held) > 0)
    print_held(sheet);
  json_object_foreach(sheet->values, key, value) fprintf(sheet->out, "%s: %s\n", key, cell_text(room, value, 0));
}

void sheet_close(out_sheet *sheet) {
  if (sheet == NULL)
    return;
  if (sheet->form == FORM_JSON)
    close_json(sheet);
  else if (sheet->form == FORM_TABLE)
    close_table(sheet);
  json_decref(sheet->held);
  json_decref(sheet->values);
  json_decref(sheet->timings);
  free(sheet);
}
