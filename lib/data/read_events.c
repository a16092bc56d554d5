/* Events from tables: each record's cells become the values of one event, and blocks of events go to the log. */
#include "lib/data/columns.h"
#include "lib/data/events.h"
#include "lib/data/time.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4096, REMEMBERED = 48 };

/* What a column may be. Values that may be bad come before those that grow a dictionary, so that a dropped line leaves
 * no ids. */
typedef enum role { WEIGHT, QUANTITY, PRICE, TIME, EVENT, SESSION, USER, ITEM, ROLES } role;

/* What the line before had in a column: lines of one user, order or moment mostly stand together. */
typedef struct neighbour {
  int64_t value;
  uint32_t length; /* 0: nothing is remembered */
  char text[REMEMBERED];
} neighbour;

typedef struct reader {
  recs_events *events;
  const recs_events_read_options *options;
  recs__intake intake;
  recs__records records;
  uint32_t known;          /* column names that were looked at */
  uint32_t columns[ROLES]; /* RECS_NO_ROW: none */
  neighbour before[ROLES];
  int refused; /* the record is bad and was counted so */
  uint64_t read;
  size_t count; /* events in the block */
  float weights[BLOCK];
  double quantities[BLOCK];
  double prices[BLOCK];
  int64_t times[BLOCK];
  uint32_t rows[ROLES][BLOCK]; /* of events (types), sessions, users, items */
} reader;

static const recs__choice time_kinds[] = {{"clock", RECS_TIME_CLOCK}, {"order", RECS_TIME_ORDER}, {NULL, 0}};

static const recs__field fields[] = {
    RECS__STRING(recs_events_read_options, user, NULL, "column of the users; NULL: user"),
    RECS__STRING(recs_events_read_options, item, NULL, "column of the items; NULL: item"),
    RECS__STRING(recs_events_read_options, event, NULL, "column of the event types; NULL: event, if there"),
    RECS__STRING(recs_events_read_options, weight, NULL, "column of the weights; NULL: weight, if there"),
    RECS__STRING(recs_events_read_options, quantity, NULL, "column of the quantities; NULL: quantity, if there"),
    RECS__STRING(recs_events_read_options, price, NULL, "column of the unit prices; NULL: price, if there"),
    RECS__STRING(recs_events_read_options, time, NULL, "column of the times; NULL: time, if there"),
    RECS__STRING(recs_events_read_options, session, NULL, "column of the sessions; NULL: session, if there"),
    RECS__CHOICE(recs_events_read_options, format, recs__formats, RECS__FORMAT_LIST, RECS_FORMAT_AUTO,
                 "the table's format"),
    RECS__I32(recs_events_read_options, delimiter, 0, 127, 0, "byte between cells; 0: the format's own"),
    RECS__FLAG(recs_events_read_options, lenient, 0, "drop and count bad lines instead of failing at the first"),
    RECS__CHOICE(recs_events_read_options, time_kind, time_kinds, "clock|order", RECS_TIME_CLOCK, "what the times are"),
    RECS__FLAG(recs_events_read_options, require_user, 1, "the user column must exist"),
    RECS__RESERVED(recs_events_read_options, reserved)};

static const recs_schema schema = RECS__SCHEMA("events_read", recs_events_read_options, fields);

const recs_schema *recs_events_read_schema(void) {
  return &schema;
}

int32_t recs_events_read_options_init(recs_events_read_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

/* Each role's default column, its option, and what its bad values are counted as. */
static const struct {
  const char *column;
  size_t option;
  const char *reason;
} roles[ROLES] = {[WEIGHT] = {"weight", offsetof(recs_events_read_options, weight), "bad weight"},
                  [QUANTITY] = {"quantity", offsetof(recs_events_read_options, quantity), "bad quantity"},
                  [PRICE] = {"price", offsetof(recs_events_read_options, price), "bad price"},
                  [TIME] = {"time", offsetof(recs_events_read_options, time), "bad time"},
                  [EVENT] = {"event", offsetof(recs_events_read_options, event), "bad event type"},
                  [SESSION] = {"session", offsetof(recs_events_read_options, session), "bad session"},
                  [USER] = {"user", offsetof(recs_events_read_options, user), "bad user"},
                  [ITEM] = {"item", offsetof(recs_events_read_options, item), "bad item"}};

/* The column that the caller names for a role; NULL: none. */
static const char *named_column(const recs_events_read_options *options, role r) {
  const char *name;
  memcpy(&name, (const char *)options + roles[r].option, sizeof name);
  return name;
}

static const char *wanted_column(const recs_events_read_options *options, role r) {
  const char *name = named_column(options, r);
  return name == NULL ? roles[r].column : name;
}

/* Whether a role takes a column: the one that the caller names for it, or that of its default name when the caller
 * names that for no other role. */
static int takes_column(const recs_events_read_options *options, role r, const char *column) {
  if (strcmp(wanted_column(options, r), column) != 0)
    return 0;
  for (int other = 0; named_column(options, r) == NULL && other < ROLES; other++) {
    const char *name = named_column(options, (role)other);
    if (name != NULL && strcmp(name, column) == 0)
      return 0;
  }
  return 1;
}

static int is_required(const recs_events_read_options *options, role r) {
  return named_column(options, r) != NULL || r == ITEM || (r == USER && options->require_user);
}

static int32_t require_columns(const reader *self) {
  for (int r = ROLES - 1; r >= 0; r--) {
    const char *name = wanted_column(self->options, (role)r);
    if (self->columns[r] == RECS_NO_ROW && is_required(self->options, (role)r))
      return recs__no_column(&self->records, name, strlen(name));
  }
  return RECS_OK;
}

static int32_t refuse(reader *self, role r, const recs__cell *cell, const char *complaint) {
  self->refused = 1;
  return recs__refuse_cell(&self->records, wanted_column(self->options, r), roles[r].reason, cell, complaint);
}

static int is_before(const neighbour *before, const recs__cell *cell) {
  return before->length == cell->length && memcmp(before->text, cell->text, cell->length) == 0;
}

static void remember(neighbour *before, const recs__cell *cell, int64_t value) {
  before->value = value;
  before->length = cell->length <= REMEMBERED ? cell->length : 0;
  memcpy(before->text, cell->text, before->length);
}

static int32_t read_number(reader *self, role r, const recs__cell *cell, double *out) {
  const char *complaint;
  return recs__cell_number(cell, out, &complaint) ? RECS_OK : refuse(self, r, cell, complaint);
}

static int32_t read_weight(reader *self, const recs__cell *cell) {
  double value = 1;
  RECS_TRY(read_number(self, WEIGHT, cell, &value));
  self->weights[self->count] = (float)value;
  return isfinite((float)value) ? RECS_OK : refuse(self, WEIGHT, cell, "is too large");
}

static int32_t read_time(reader *self, const recs__cell *cell) {
  int order = self->options->time_kind == RECS_TIME_ORDER;
  int64_t value;
  if (is_before(&self->before[TIME], cell)) {
    self->times[self->count] = self->before[TIME].value;
    return RECS_OK;
  }
  if (cell->raw || !(order ? recs__parse_order : recs__parse_time)(cell->text, cell->length, &value))
    return refuse(self, TIME, cell, order ? "is no place in an order (a whole number)" : "is no time");
  remember(&self->before[TIME], cell, value);
  self->times[self->count] = value;
  return RECS_OK;
}

static int32_t check_id(reader *self, role r, const recs__cell *cell) {
  const char *complaint = is_before(&self->before[r], cell) ? NULL : recs__id_complaint(cell);
  return complaint == NULL ? RECS_OK : refuse(self, r, cell, complaint);
}

/* The first pass over a record's cells: values, and whether ids are any. */
static int32_t read_value(reader *self, role r, const recs__cell *cell) {
  switch (r) {
  case WEIGHT:
    return read_weight(self, cell);
  case QUANTITY:
    return read_number(self, r, cell, &self->quantities[self->count]);
  case PRICE:
    return read_number(self, r, cell, &self->prices[self->count]);
  case TIME:
    return read_time(self, cell);
  default:
    return check_id(self, r, cell);
  }
}

static int32_t add_id(reader *self, role r, const recs__cell *cell, uint32_t *row) {
  switch (r) {
  case EVENT:
    return recs_events_type(row, self->events, cell->text, cell->length);
  case SESSION:
    return recs_events_session(row, self->events, cell->text, cell->length);
  default:
    return recs_ids_add(row, recs__events_own_ids(self->events, r == ITEM), cell->text, cell->length);
  }
}

/* The second pass: the rows of ids. */
static int32_t read_id(reader *self, role r, const recs__cell *cell) {
  uint32_t row;
  int32_t status;
  if (is_before(&self->before[r], cell)) {
    self->rows[r][self->count] = (uint32_t)self->before[r].value;
    return RECS_OK;
  }
  status = add_id(self, r, cell, &row);
  if (status == RECS_ERROR_OVERFLOW && r == EVENT)
    return refuse(self, r, cell, "is one event type too many: there may be 255");
  RECS_TRY(status);
  remember(&self->before[r], cell, row);
  self->rows[r][self->count] = row;
  return RECS_OK;
}

/* The event that a record without cells is. */
static void set_defaults(reader *self) {
  size_t at = self->count;
  self->weights[at] = 1;
  self->quantities[at] = 1;
  self->prices[at] = NAN;
  self->times[at] = RECS_NO_TIME;
  self->rows[EVENT][at] = 0;
  self->rows[SESSION][at] = RECS_NO_ROW;
  self->rows[USER][at] = RECS_NO_ROW;
  self->rows[ITEM][at] = RECS_NO_ROW;
}

/* The cell of a role; NULL when it is not there or empty. */
static const recs__cell *cell_of(const reader *self, role r) {
  const recs__cell *cell = self->columns[r] == RECS_NO_ROW ? NULL : &self->records.cells[self->columns[r]];
  return cell == NULL || cell->length == 0 ? NULL : cell;
}

static int32_t read_cells(reader *self) {
  self->refused = 0;
  set_defaults(self);
  for (int r = 0; r < ROLES && !self->refused; r++) {
    const recs__cell *cell = cell_of(self, (role)r);
    if (cell != NULL)
      RECS_TRY(read_value(self, (role)r, cell));
  }
  for (int r = EVENT; r < ROLES && !self->refused; r++) {
    const recs__cell *cell = cell_of(self, (role)r);
    if (cell != NULL)
      RECS_TRY(read_id(self, (role)r, cell));
  }
  self->count += !self->refused;
  return RECS_OK;
}

/* Gives the block to the log. */
static int32_t flush(reader *self) {
  recs_event_columns columns = {.struct_size = sizeof columns};
  columns.users = self->rows[USER];
  columns.items = self->rows[ITEM];
  columns.types = self->rows[EVENT];
  columns.weights = self->weights;
  columns.quantities = self->quantities;
  columns.prices = self->prices;
  columns.times = self->times;
  columns.sessions = self->rows[SESSION];
  RECS_TRY(recs_events_append(self->events, &columns, self->count));
  self->read += self->count;
  self->count = 0;
  return RECS_OK;
}

/* Looks at the column names that are new. */
static int32_t match_columns(reader *self) {
  for (; self->known < recs_ids_count(self->records.names); self->known++) {
    const char *name;
    RECS_TRY(recs_ids_name(&name, NULL, self->records.names, self->known));
    for (int r = 0; r < ROLES; r++) {
      if (takes_column(self->options, (role)r, name))
        self->columns[r] = self->records.places[self->known];
    }
  }
  return RECS_OK;
}

static int32_t read_records(reader *self) {
  int found;
  RECS_TRY(match_columns(self));
  if (self->records.header)
    RECS_TRY(require_columns(self));
  for (;;) {
    RECS_TRY(recs__records_next(&self->records, &found));
    if (!found)
      break;
    RECS_TRY(match_columns(self));
    RECS_TRY(read_cells(self));
    if (self->count == BLOCK)
      RECS_TRY(flush(self));
  }
  RECS_TRY(require_columns(self));
  return flush(self);
}

static int32_t read_table(reader *self, recs__source *source, const recs__progress *progress) {
  recs_context *context = recs__context_of(self->events);
  recs__table_form form = {self->options->format, self->options->delimiter, 0};
  int32_t status;
  RECS_TRY(recs__report_create(&self->intake.report, context));
  RECS_TRY(recs__report_add(self->intake.report, "read", 0, 0, NULL, 0));
  RECS_GO(recs__records_open(&self->records, context, source, &self->intake, progress, &form));
  RECS_GO(read_records(self));
  RECS_GO(recs__report_add(self->intake.report, "read", self->read, 0, NULL, 0));
  RECS_GO(recs__progress_at(progress, 1.0));
cleanup:
  recs__records_close(&self->records);
  return status;
}

/* A frozen log takes no events, and one whose times mean something else takes no others. */
static int32_t check_log(recs_events *events, int32_t time_kind) {
  int32_t kind = recs_events_time_kind(events);
  RECS_TRY(recs_events_set_time_kind(events, kind)); /* changes nothing, but is refused when frozen */
  if (recs_events_count(events) > 0 && kind != time_kind)
    return recs__fail(RECS_ERROR_INVALID, "time_kind is %s, but the log holds events whose times are %s",
                      time_kinds[time_kind - 1].name, time_kinds[kind - 1].name);
  return RECS_OK;
}

/* Reads a whole source. What a read that fails has appended is taken back. */
static int32_t read_source(recs_report **out_report, recs_events *events, recs__source *source,
                           const recs_events_read_options *options, const recs__progress *progress) {
  recs_context *context = recs__context_of(events);
  uint64_t count = recs_events_count(events);
  reader *self;
  int32_t status;
  RECS_TRY(check_log(events, options->time_kind));
  self = recs__alloc_zero(context, 1, sizeof *self);
  if (self == NULL)
    return recs__fail_nomem();
  self->events = events;
  self->options = options;
  self->intake.lenient = options->lenient;
  memset(self->columns, 0xff, sizeof self->columns);
  RECS_GO(read_table(self, source, progress));
  RECS_GO(recs_events_set_time_kind(events, options->time_kind));
  if (out_report != NULL)
    *out_report = recs__hold(self->intake.report);
cleanup:
  if (status != RECS_OK)
    recs__events_truncate(events, count);
  recs_report_free(self->intake.report);
  recs__free(context, self);
  return status;
}

int32_t recs_events_read_file(recs_report **out_report, recs_events *events, const char *path,
                              const recs_events_read_options *options, recs_progress_fn progress, void *payload) {
  recs__progress listener = recs__progress_of(progress, payload);
  recs_events_read_options chosen;
  recs__source source;
  int32_t status;
  recs__enter();
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(path);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  if (chosen.format == RECS_FORMAT_AUTO)
    chosen.format = recs__format_of(path);
  RECS_TRY(recs__source_file(&source, path));
  status = read_source(out_report, events, &source, &chosen, &listener);
  recs__source_close(&source);
  return status;
}

int32_t recs_events_read_memory(recs_report **out_report, recs_events *events, const void *bytes, size_t length,
                                const recs_events_read_options *options, recs_progress_fn progress, void *payload) {
  recs__progress listener = recs__progress_of(progress, payload);
  recs_events_read_options chosen;
  recs__source source;
  recs__enter();
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(events);
  if (length > 0)
    RECS_NOT_NULL(bytes);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  recs__source_memory(&source, bytes, length);
  return read_source(out_report, events, &source, &chosen, &listener);
}

int32_t recs_events_read_source(recs_report **out_report, recs_events *events, recs_source_fn source,
                                void *source_payload, const recs_events_read_options *options,
                                recs_progress_fn progress, void *payload) {
  recs__progress listener = recs__progress_of(progress, payload);
  recs_events_read_options chosen;
  recs__source from;
  recs__enter();
  if (out_report != NULL)
    *out_report = NULL;
  RECS_NOT_NULL(events);
  RECS_NOT_NULL(source);
  RECS_TRY(recs__options_load(&chosen, &schema, options));
  recs__source_host(&from, source, source_payload);
  return read_source(out_report, events, &from, &chosen, &listener);
}
