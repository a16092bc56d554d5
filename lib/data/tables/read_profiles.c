/* Profiles from tables: each record's cells become values of one row. They go to a draft of the store, which is
 * accepted at the end. */
#include "lib/data/names.h"
#include "lib/data/profile_values.h"

#include <stddef.h>
#include <string.h>

typedef struct reader {
  const recs_profiles_read_options *options;
  recs_ids *ids;
  recs__intake intake;
  recs__records records;
  recs__profile_values values;
  int32_t others; /* the type of columns that no list names; 0: left out */
  uint32_t known; /* column names that were looked at */
  uint32_t id;    /* the ids' name among the columns' names; RECS_NO_ROW: not seen yet */
  uint64_t read;
} reader;

static const recs__field fields[] = {
    RECS__STRING(recs_profiles_read_options, id, NULL, "column of the ids; NULL: item, or else user"),
    RECS__STRING(recs_profiles_read_options, tags, NULL,
                 "columns of tags; NULL: all that no other list names; none: no column"),
    RECS__STRING(recs_profiles_read_options, numbers, NULL, "columns of numbers; *: all that no other list names"),
    RECS__STRING(recs_profiles_read_options, text, NULL, "columns of text; *: all that no other list names"),
    RECS__STRING(recs_profiles_read_options, embeddings, NULL, "columns of embeddings"),
    RECS__STRING(recs_profiles_read_options, ignore, NULL, "columns left out"),
    RECS__CHOICE(recs_profiles_read_options, format, recs__formats, RECS__FORMAT_LIST, RECS_FORMAT_AUTO,
                 "the table's format"),
    RECS__I32(recs_profiles_read_options, delimiter, 0, 127, 0, "byte between cells; 0: the format's own"),
    RECS__I32(recs_profiles_read_options, tag_separator, 0, 127, '|', "byte that splits a cell into tags; 0: none"),
    RECS__FLAG(recs_profiles_read_options, lenient, 0, "drop and count bad lines instead of failing at the first"),
    RECS__FLAG(recs_profiles_read_options, add_ids, 1, "add new ids instead of dropping their lines"),
    RECS__FLAG(recs_profiles_read_options, keep_first, 0, "numbers, texts and embeddings of an earlier line stay"),
    RECS__RESERVED(recs_profiles_read_options, reserved),
    RECS__RESERVED(recs_profiles_read_options, reserved_2)};

static const recs_schema schema = RECS__SCHEMA("profiles_read", recs_profiles_read_options, fields);

const recs_schema *recs_profiles_read_schema(void) {
  return &schema;
}

int32_t recs_profiles_read_options_init(recs_profiles_read_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

/* The lists of columns, and what their columns are read as. */
static const struct {
  const char *name;
  size_t option;
  int32_t type;
} lists[] = {{"tags", offsetof(recs_profiles_read_options, tags), RECS_FIELD_TAGS},
             {"numbers", offsetof(recs_profiles_read_options, numbers), RECS_FIELD_NUMBER},
             {"text", offsetof(recs_profiles_read_options, text), RECS_FIELD_TEXT},
             {"embeddings", offsetof(recs_profiles_read_options, embeddings), RECS_FIELD_EMBEDDING},
             {"ignore", offsetof(recs_profiles_read_options, ignore), 0}};
enum { LISTS = sizeof lists / sizeof lists[0] };

/* A list's text; NULL when it names no column: not given, "none", or "*". */
static const char *names_of(const recs_profiles_read_options *options, int list) {
  const char *text;
  memcpy(&text, (const char *)options + lists[list].option, sizeof text);
  if (text == NULL || strcmp(text, "*") == 0 || (lists[list].type == RECS_FIELD_TAGS && strcmp(text, "none") == 0))
    return NULL;
  return text;
}

/* Which list says "*"; -1: none. */
static int32_t find_star(const recs_profiles_read_options *options, int *star) {
  *star = -1;
  for (int i = 0; i < LISTS; i++) {
    const char *text;
    memcpy(&text, (const char *)options + lists[i].option, sizeof text);
    if (text == NULL || strcmp(text, "*") != 0)
      continue;
    if (*star >= 0)
      return recs__fail(RECS_ERROR_INVALID, "%s and %s are both *: the other columns can only be one",
                        lists[*star].name, lists[i].name);
    *star = i;
  }
  return RECS_OK;
}

/* A name stands in one list only, and the ids' column in none. */
static int32_t check_name(const recs_profiles_read_options *options, int list, const char *name, size_t length) {
  char label[RECS__LABEL_SIZE];
  if (options->id != NULL && strlen(options->id) == length && memcmp(options->id, name, length) == 0)
    return recs__fail(RECS_ERROR_INVALID, "column %s is that of the ids, but %s names it too",
                      recs__column_label(label, name, length), lists[list].name);
  for (int other = list + 1; other < LISTS; other++) {
    if (recs__list_has(names_of(options, other), name, length))
      return recs__fail(RECS_ERROR_INVALID, "column %s is named by both %s and %s",
                        recs__column_label(label, name, length), lists[list].name, lists[other].name);
  }
  return RECS_OK;
}

/* Checks the lists; finds what the columns are that none of them names. */
static int32_t check_lists(const recs_profiles_read_options *options, int32_t *others) {
  recs__piece name;
  int star;
  RECS_TRY(find_star(options, &star));
  *others = star >= 0 ? lists[star].type : options->tags == NULL ? RECS_FIELD_TAGS : 0;
  for (int i = 0; i < LISTS; i++) {
    const char *rest = names_of(options, i);
    while (recs__names_next(&name, &rest))
      RECS_TRY(check_name(options, i, name.text, name.length));
  }
  return RECS_OK;
}

/* Columns that are listed must be there, but for those to ignore. */
static int32_t require_columns(const reader *self) {
  const char *id = self->options->id == NULL ? "item" : self->options->id;
  recs__piece name;
  if (self->id == RECS_NO_ROW)
    return recs__no_column(&self->records, id, strlen(id));
  for (int i = 0; i < LISTS; i++) {
    const char *rest = lists[i].type == 0 ? NULL : names_of(self->options, i);
    while (recs__names_next(&name, &rest)) {
      if (name.length > 0 && recs__ids_find(self->records.names, name.text, name.length) == RECS_NO_ROW)
        return recs__no_column(&self->records, name.text, name.length);
    }
  }
  return RECS_OK;
}

/* Finds the column of the ids, when it is among the names. */
static void find_id(reader *self) {
  const char *const defaults[] = {"item", "user"};
  const char *const *wanted = self->options->id == NULL ? defaults : &self->options->id;
  int count = self->options->id == NULL ? 2 : 1;
  for (int i = 0; i < count && self->id == RECS_NO_ROW; i++)
    self->id = recs__ids_find(self->records.names, wanted[i], strlen(wanted[i]));
}

static int32_t type_of(const reader *self, const char *name, size_t length) {
  for (int i = 0; i < LISTS; i++) {
    if (recs__list_has(names_of(self->options, i), name, length))
      return lists[i].type;
  }
  return self->others;
}

/* Finds or makes the field of a column. An embedding's is made when the first value tells its dimension. */
static int32_t match_field(reader *self, recs__profile_column *column, const char *name) {
  recs_profiles *profiles = self->values.profiles;
  char label[RECS__LABEL_SIZE];
  int32_t type = 0, status;
  column->field = RECS_NO_ROW;
  column->dimension = 0;
  if (column->type == RECS_FIELD_EMBEDDING) {
    if (recs__profiles_find_field(&column->field, profiles, name) != RECS_OK)
      return RECS_OK;
    RECS_TRY(recs_profiles_field(NULL, &type, &column->dimension, profiles, column->field));
  }
  if (column->type == 0 || type == RECS_FIELD_EMBEDDING)
    return RECS_OK;
  status = recs_profiles_define(&column->field, profiles, name, column->type, column->type == RECS_FIELD_EMBEDDING);
  if (status != RECS_ERROR_INVALID)
    return status;
  return recs__fail(RECS_ERROR_FORMAT, "column %s: %s", recs__column_label(label, name, strlen(name)),
                    recs_last_error());
}

/* Looks at the column names that are new. */
static int32_t match_columns(reader *self) {
  recs__profile_values *values = &self->values;
  uint32_t count = recs_ids_count(self->records.names);
  if (self->known == count)
    return RECS_OK;
  find_id(self);
  RECS_TRY(recs__grow(self->records.window.context, &values->columns, &values->columns_room, count,
                      sizeof *values->columns));
  for (; self->known < count; self->known++) {
    recs__profile_column *column = &values->columns[self->known];
    const char *name;
    size_t length;
    RECS_TRY(recs_ids_name(&name, &length, self->records.names, self->known));
    column->type = self->known == self->id ? 0 : type_of(self, name, length);
    RECS_TRY(match_field(self, column, name));
  }
  return RECS_OK;
}

static int32_t refuse_id(reader *self, const char *reason, const recs__cell *cell, const char *complaint) {
  const char *name;
  RECS_TRY(recs_ids_name(&name, NULL, self->records.names, self->id));
  self->values.refused = 1;
  return recs__refuse_cell(&self->records, name, reason, cell, complaint);
}

/* The cell of the record's id. */
static int32_t check_id(reader *self, const recs__cell **out) {
  const recs__cell *cell;
  const char *complaint;
  if (self->id == RECS_NO_ROW) {
    self->values.refused = 1;
    return self->options->lenient ? recs__report_add(self->intake.report, "no id", 1, self->records.line, NULL, 0)
                                  : require_columns(self);
  }
  *out = cell = &self->records.cells[self->records.places[self->id]];
  complaint = recs__id_complaint(cell);
  if (complaint != NULL)
    return refuse_id(self, "bad id", cell, complaint);
  if (cell->length == 0)
    return refuse_id(self, "no id", cell, "is no id");
  if (self->options->add_ids || recs__ids_find(self->ids, cell->text, cell->length) != RECS_NO_ROW)
    return RECS_OK;
  self->values.refused = 1;
  return recs__report_add(self->intake.report, "unknown id", 1, self->records.line, cell->text, cell->length);
}

static int32_t check_cells(reader *self) {
  for (uint32_t i = 0; i < self->known && !self->values.refused; i++) {
    const recs__cell *cell = &self->records.cells[self->records.places[i]];
    if (cell->length > 0 && self->values.columns[i].type != 0)
      RECS_TRY(recs__profile_values_check(&self->values, i, cell));
  }
  return RECS_OK;
}

/* Reads the record: first all is checked, then it is set. */
static int32_t read_record(reader *self) {
  const recs__cell *id = NULL;
  uint32_t row;
  recs__profile_values_begin(&self->values);
  RECS_TRY(check_id(self, &id));
  RECS_TRY(check_cells(self));
  if (self->values.refused)
    return RECS_OK;
  row = recs__ids_find(self->ids, id->text, id->length);
  if (row == RECS_NO_ROW)
    RECS_TRY(recs_ids_add(&row, self->ids, id->text, id->length));
  self->read += 1;
  return recs__profile_values_set(&self->values, row);
}

static int32_t read_records(reader *self) {
  int found;
  RECS_TRY(match_columns(self));
  if (self->records.header)
    RECS_TRY(require_columns(self));
  for (;;) {
    RECS_TRY(recs__records_next(&self->records, &found));
    if (!found)
      return require_columns(self);
    RECS_TRY(match_columns(self));
    RECS_TRY(read_record(self));
  }
}

static int32_t read_table(reader *self, recs__source *source, const recs__progress *progress) {
  recs_context *context = recs__context_of(self->ids);
  recs__table_form form = {self->options->format, self->options->delimiter, 0};
  int32_t status;
  RECS_TRY(recs__report_add(self->intake.report, "read", 0, 0, NULL, 0));
  RECS_GO(recs__records_open(&self->records, context, source, &self->intake, progress, &form));
  RECS_GO(read_records(self));
  RECS_GO(recs__report_add(self->intake.report, "read", self->read, 0, NULL, 0));
  RECS_GO(recs__progress_at(progress, 1.0));
cleanup:
  recs__records_close(&self->records);
  recs__profile_values_free(&self->values);
  return status;
}

/* Reads a whole source into a draft, so that a read that fails leaves the store as it was. */
static int32_t read_source(recs_report **out_report, recs_profiles *profiles, recs_ids *ids, recs__source *source,
                           const recs_profiles_read_options *options, const recs__progress *progress) {
  reader self = {.options = options, .ids = ids, .id = RECS_NO_ROW};
  recs_profiles *draft = NULL;
  int32_t status;
  if (recs_profiles_ids(profiles) != ids)
    return recs__fail(RECS_ERROR_INVALID, "ids is not the dictionary of the profiles");
  RECS_TRY(check_lists(options, &self.others));
  RECS_GO(recs__profiles_draft(&draft, profiles));
  RECS_GO(recs__report_create(&self.intake.report, recs__context_of(ids)));
  self.intake.lenient = options->lenient;
  self.values.records = &self.records;
  self.values.profiles = draft;
  self.values.separator = options->tag_separator;
  self.values.keep_first = options->keep_first;
  RECS_GO(read_table(&self, source, progress));
  RECS_GO(recs__profiles_accept(profiles, draft));
  recs__enter(); /* what was dropped may have left a message */
  if (out_report != NULL)
    *out_report = recs__hold(self.intake.report);
cleanup:
  recs_report_free(self.intake.report);
  recs_profiles_free(draft);
  return status;
}

int32_t recs_profiles_read_file(recs_report **out_report, recs_profiles *profiles, recs_ids *ids, const char *path,
                                const recs_profiles_read_options *options, recs_progress_fn progress, void *payload) {
  recs__progress listener = recs__progress_of(progress, payload);
  recs_profiles_read_options chosen;
  recs__source source;
  int32_t status;
  recs__enter();
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(profiles);
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(path);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  if (chosen.format == RECS_FORMAT_AUTO)
    chosen.format = recs__format_of(path);
  RECS_TRY(recs__source_file(&source, path));
  status = read_source(out_report, profiles, ids, &source, &chosen, &listener);
  recs__source_close(&source);
  return status;
}

int32_t recs_profiles_read_memory(recs_report **out_report, recs_profiles *profiles, recs_ids *ids, const void *bytes,
                                  size_t length, const recs_profiles_read_options *options, recs_progress_fn progress,
                                  void *payload) {
  recs__progress listener = recs__progress_of(progress, payload);
  recs_profiles_read_options chosen;
  recs__source source;
  recs__enter();
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(profiles);
  RECS_NOT_NULL(ids);
  if (length > 0)
    RECS_NOT_NULL(bytes);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  recs__source_memory(&source, bytes, length);
  return read_source(out_report, profiles, ids, &source, &chosen, &listener);
}

int32_t recs_profiles_read_source(recs_report **out_report, recs_profiles *profiles, recs_ids *ids,
                                  recs_source_fn source, void *source_payload,
                                  const recs_profiles_read_options *options, recs_progress_fn progress, void *payload) {
  recs__progress listener = recs__progress_of(progress, payload);
  recs_profiles_read_options chosen;
  recs__source from;
  recs__enter();
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(profiles);
  RECS_NOT_NULL(ids);
  RECS_NOT_NULL(source);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  recs__source_host(&from, source, source_payload);
  return read_source(out_report, profiles, ids, &from, &chosen, &listener);
}
