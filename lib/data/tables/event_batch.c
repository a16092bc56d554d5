#include "lib/data/tables/event_batch.h"

#include "lib/data/tables/columns.h"
#include "lib/data/tables/time.h"

#include <math.h>
#include <string.h>

enum { FIRST_ROOM = 1024, GROUP = 64 };

void recs__event_batch_init(recs__event_batch *batch, const recs_events *events,
                            const recs_events_read_options *options) {
  batch->events = events;
  batch->options = options;
  batch->intake.lenient = options->lenient;
  memset(batch->columns, 0xff, sizeof batch->columns);
}

int32_t recs__event_batch_fork(recs__event_batch *out, const recs__event_batch *from) {
  recs__event_batch_init(out, from->events, from->options);
  RECS_TRY(recs__report_create(&out->intake.report, recs__context_of(from->events)));
  RECS_TRY(recs__records_fork(&out->records, &from->records, &out->intake));
  return recs__event_batch_match(out);
}

void recs__event_batch_close(recs__event_batch *batch) {
  const recs_context *context = recs__context_of(batch->events);
  recs__records_close(&batch->records);
  recs_report_free(batch->intake.report);
  recs__free(context, batch->weights);
  recs__free(context, batch->quantities);
  recs__free(context, batch->prices);
  recs__free(context, batch->times);
  for (int r = 0; r < RECS__ROLES; r++) {
    recs__free(context, batch->runs[r].texts);
    recs__free(context, batch->runs[r].firsts);
    recs__free(context, batch->runs[r].rows);
    recs__free(context, batch->rows[r]);
  }
}

int32_t recs__event_batch_match(recs__event_batch *batch) {
  for (; batch->known < recs_ids_count(batch->records.names); batch->known++) {
    const char *name;
    RECS_TRY(recs_ids_name(&name, NULL, batch->records.names, batch->known));
    for (int r = 0; r < RECS__ROLES; r++) {
      if (recs__role_takes(batch->options, (recs__role)r, name))
        batch->columns[r] = batch->records.places[batch->known];
    }
  }
  return RECS_OK;
}

int32_t recs__event_batch_require(const recs__event_batch *batch) {
  for (int r = RECS__ROLES - 1; r >= 0; r--) {
    const char *name = recs__role_column(batch->options, (recs__role)r);
    if (batch->columns[r] == RECS_NO_ROW && recs__role_required(batch->options, (recs__role)r))
      return recs__no_column(&batch->records, name, strlen(name));
  }
  return RECS_OK;
}

/* Whether a role has a column, or may still get one. */
static int is_used(const recs__event_batch *batch, recs__role r) {
  return !batch->records.header || batch->columns[r] != RECS_NO_ROW;
}

/* The array of a role, to be grown. */
static void *make_larger(recs__event_batch *batch, recs__role r, void *array, size_t room, size_t size, int *failed) {
  void *larger = is_used(batch, r) ? recs__realloc(recs__context_of(batch->events), array, room, size) : NULL;
  *failed |= is_used(batch, r) && larger == NULL;
  return larger == NULL ? array : larger;
}

/* Room for one more event. */
static int32_t reserve(recs__event_batch *batch) {
  size_t room = batch->room == 0 ? FIRST_ROOM : 2 * batch->room;
  int failed = 0;
  if (batch->count < batch->room)
    return RECS_OK;
  batch->weights = make_larger(batch, RECS__ROLE_WEIGHT, batch->weights, room, sizeof *batch->weights, &failed);
  batch->quantities =
      make_larger(batch, RECS__ROLE_QUANTITY, batch->quantities, room, sizeof *batch->quantities, &failed);
  batch->prices = make_larger(batch, RECS__ROLE_PRICE, batch->prices, room, sizeof *batch->prices, &failed);
  batch->times = make_larger(batch, RECS__ROLE_TIME, batch->times, room, sizeof *batch->times, &failed);
  for (int r = RECS__ROLE_EVENT; r < RECS__ROLES; r++)
    batch->rows[r] = make_larger(batch, (recs__role)r, batch->rows[r], room, sizeof *batch->rows[r], &failed);
  if (failed)
    return recs__fail_nomem();
  batch->room = room;
  return RECS_OK;
}

static int32_t refuse(recs__event_batch *batch, recs__role r, const recs__cell *cell, const char *complaint) {
  batch->refused = 1;
  return recs__refuse_cell(&batch->records, recs__role_column(batch->options, r), recs__role_reason(r), cell,
                           complaint);
}

static int32_t read_number(recs__event_batch *batch, recs__role r, const recs__cell *cell, double *out) {
  const char *complaint;
  return recs__cell_number(cell, out, &complaint) ? RECS_OK : refuse(batch, r, cell, complaint);
}

static int32_t read_weight(recs__event_batch *batch, const recs__cell *cell) {
  double value = 1;
  RECS_TRY(read_number(batch, RECS__ROLE_WEIGHT, cell, &value));
  batch->weights[batch->count] = (float)value;
  return isfinite((float)value) ? RECS_OK : refuse(batch, RECS__ROLE_WEIGHT, cell, "is too large");
}

/* Whether two texts are the same: most are a few bytes long, and two words that overlap cover them. */
static inline int is_same(const char *a, const char *b, size_t length) {
  uint64_t head[2] = {0, 0}, tail[2] = {0, 0};
  if (length > 16)
    return memcmp(a, b, length) == 0;
  if (length >= 8) {
    memcpy(&head[0], a, 8), memcpy(&head[1], b, 8);
    memcpy(&tail[0], a + length - 8, 8), memcpy(&tail[1], b + length - 8, 8);
  } else if (length >= 4) {
    memcpy(&head[0], a, 4), memcpy(&head[1], b, 4);
    memcpy(&tail[0], a + length - 4, 4), memcpy(&tail[1], b + length - 4, 4);
  } else {
    for (size_t i = 0; i < length; i++)
      head[0] |= (uint64_t)(a[i] ^ b[i]);
  }
  return head[0] == head[1] && tail[0] == tail[1];
}

static int32_t read_time(recs__event_batch *batch, const recs__cell *cell) {
  int order = batch->options->time_kind == RECS_TIME_ORDER;
  int64_t *value = &batch->times[batch->count];
  if (batch->time_length == cell->length && is_same(batch->time_text, cell->text, cell->length)) {
    *value = batch->time_before;
    return RECS_OK;
  }
  if (cell->raw || !(order ? recs__parse_order : recs__parse_time)(cell->text, cell->length, value))
    return refuse(batch, RECS__ROLE_TIME, cell, order ? "is no place in an order (a whole number)" : "is no time");
  batch->time_before = *value;
  batch->time_length = cell->length <= RECS__REMEMBERED ? cell->length : 0;
  memcpy(batch->time_text, cell->text, batch->time_length);
  return RECS_OK;
}

/* Whether a text is that of the last run. */
static int goes_on(const recs__id_runs *runs, const recs__cell *cell) {
  const recs__piece *last = runs->texts + runs->count;
  return runs->count > 0 && last[-1].length == cell->length && is_same(last[-1].text, cell->text, cell->length);
}

static int32_t check_id(recs__event_batch *batch, recs__role r, const recs__cell *cell) {
  uint32_t same = (uint32_t)goes_on(&batch->runs[r], cell);
  const char *complaint = same ? NULL : recs__id_complaint(cell);
  batch->going_on |= same << r;
  return complaint == NULL ? RECS_OK : refuse(batch, r, cell, complaint);
}

/* The first pass over a record's cells: values, and whether ids are any. */
static int32_t read_value(recs__event_batch *batch, recs__role r, const recs__cell *cell) {
  switch (r) {
  case RECS__ROLE_WEIGHT:
    return read_weight(batch, cell);
  case RECS__ROLE_QUANTITY:
    return read_number(batch, r, cell, &batch->quantities[batch->count]);
  case RECS__ROLE_PRICE:
    return read_number(batch, r, cell, &batch->prices[batch->count]);
  case RECS__ROLE_TIME:
    return read_time(batch, cell);
  default:
    return check_id(batch, r, cell);
  }
}

/* Counts a record whose quantity is empty; the event has the default, or is dropped. */
static int32_t miss_quantity(recs__event_batch *batch) {
  static const char *const reasons[] = {[RECS_EMPTY_ONE] = "empty quantity", [RECS_EMPTY_DROP] = "missing quantity"};
  int32_t way = batch->options->empty_quantity;
  batch->refused = way == RECS_EMPTY_DROP;
  return recs__report_add(batch->records.intake->report, reasons[way], 1, batch->records.line, NULL, 0);
}

static int32_t grow_runs(recs__id_runs *runs, const recs_context *context, size_t count) {
  RECS_TRY(recs__grow(context, &runs->texts, &runs->texts_room, count, sizeof *runs->texts));
  RECS_TRY(recs__grow(context, &runs->firsts, &runs->firsts_room, count, sizeof *runs->firsts));
  return recs__grow(context, &runs->rows, &runs->rows_room, count, sizeof *runs->rows);
}

/* The second pass: an id of the event that comes next. */
static int32_t add_id(recs__event_batch *batch, recs__role r, const recs__cell *cell) {
  const recs_context *context = recs__context_of(batch->events);
  recs__id_runs *runs = &batch->runs[r];
  size_t count = runs->count + 1;
  if ((batch->going_on >> r & 1) != 0 || (cell->length == 0 && goes_on(runs, cell)))
    return RECS_OK;
  if (count > runs->rows_room)
    RECS_TRY(grow_runs(runs, context, count));
  runs->texts[runs->count] = (recs__piece){cell->text, cell->length};
  runs->firsts[runs->count] = (uint32_t)batch->count;
  runs->rows[runs->count] = RECS_NO_ROW;
  runs->count = count;
  return RECS_OK;
}

/* What a record without cells says. */
static void set_defaults(recs__event_batch *batch) {
  if (batch->weights != NULL)
    batch->weights[batch->count] = 1;
  if (batch->quantities != NULL)
    batch->quantities[batch->count] = 1;
  if (batch->prices != NULL)
    batch->prices[batch->count] = NAN;
  if (batch->times != NULL)
    batch->times[batch->count] = RECS_NO_TIME;
}

/* The cell of a role, which is empty when it is not there. */
static const recs__cell *cell_of(const recs__event_batch *batch, recs__role r) {
  static const recs__cell nothing = {NULL, 0, 0};
  const recs__cell *cell = batch->columns[r] == RECS_NO_ROW ? &nothing : &batch->records.cells[batch->columns[r]];
  return cell->length == 0 ? &nothing : cell;
}

int32_t recs__event_batch_add(recs__event_batch *batch) {
  batch->refused = 0;
  batch->going_on = 0;
  RECS_TRY(reserve(batch));
  set_defaults(batch);
  for (int r = 0; r < RECS__ROLES && !batch->refused; r++) {
    const recs__cell *cell = cell_of(batch, (recs__role)r);
    if (cell->length > 0)
      RECS_TRY(read_value(batch, (recs__role)r, cell));
    else if (r == RECS__ROLE_QUANTITY && batch->columns[r] != RECS_NO_ROW)
      RECS_TRY(miss_quantity(batch));
  }
  for (int r = RECS__ROLE_EVENT; r < RECS__ROLES && !batch->refused; r++) {
    if (is_used(batch, (recs__role)r))
      RECS_TRY(add_id(batch, (recs__role)r, cell_of(batch, (recs__role)r)));
  }
  batch->count += !batch->refused;
  return RECS_OK;
}

/* The dictionary that holds the ids of a role. */
static recs_ids *dictionary_of(const recs_events *events, int r) {
  static const recs__event_column columns[RECS__ROLES] = {[RECS__ROLE_EVENT] = RECS__TYPES,
                                                          [RECS__ROLE_SESSION] = RECS__SESSIONS,
                                                          [RECS__ROLE_USER] = RECS__USERS,
                                                          [RECS__ROLE_ITEM] = RECS__ITEMS};
  return recs__events_dictionary(events, columns[r]);
}

/* Takes all ids away; what they were has become rows, or is dropped. */
static void forget_runs(recs__event_batch *batch) {
  for (int r = RECS__ROLE_EVENT; r < RECS__ROLES; r++)
    batch->runs[r].count = 0;
}

static int32_t read_stretch(recs__event_batch *batch) {
  int found;
  for (;;) {
    RECS_TRY(batch->records.next(&batch->records, &found));
    if (!found)
      return RECS_OK;
    if (!batch->records.header)
      RECS_TRY(recs__event_batch_match(batch));
    RECS_TRY(recs__event_batch_add(batch));
  }
}

void recs__event_batch_read(recs__event_batch *batch, const char *text, size_t length, uint64_t line) {
  recs__event_batch_write(batch);
  recs__report_clear(batch->intake.report);
  forget_runs(batch);
  batch->count = 0;
  batch->time_length = 0;
  batch->status = recs__records_load(&batch->records, text, length, line);
  if (batch->status == RECS_OK)
    batch->status = read_stretch(batch);
  if (batch->status != RECS_OK)
    recs_last_error_copy(batch->message, sizeof batch->message);
  for (int r = RECS__ROLE_EVENT; r < RECS__ROLES; r++)
    recs__ids_find_pieces(batch->runs[r].rows, dictionary_of(batch->events, r), batch->runs[r].texts,
                          batch->runs[r].count);
}

/* Whether a run's id is not in the dictionary as far as is known. */
static int is_new(const recs__id_runs *runs, size_t run) {
  return runs->rows[run] == RECS_NO_ROW && runs->texts[run].length > 0;
}

int recs__event_batch_types_fit(const recs__event_batch *batch) {
  const recs__id_runs *runs = &batch->runs[RECS__ROLE_EVENT];
  size_t types = recs_ids_count(recs_events_types(batch->events));
  for (size_t run = 0; run < runs->count; run++)
    types += (size_t)is_new(runs, run);
  return types <= RECS__MOST_TYPES;
}

/* Types beyond what there may be are only met where each record is settled by itself: that one is taken back. */
static int32_t settle_types(recs__event_batch *batch, recs_events *events) {
  recs__id_runs *runs = &batch->runs[RECS__ROLE_EVENT];
  for (size_t run = 0; run < runs->count; run++) {
    int32_t status = RECS_OK;
    if (runs->texts[run].length == 0)
      runs->rows[run] = 0;
    if (is_new(runs, run))
      status = recs_events_type(&runs->rows[run], events, runs->texts[run].text, runs->texts[run].length);
    if (status == RECS_ERROR_OVERFLOW) {
      batch->count -= 1;
      forget_runs(batch);
      return refuse(batch, RECS__ROLE_EVENT, cell_of(batch, RECS__ROLE_EVENT),
                    "is one event type too many: there may be 255");
    }
    RECS_TRY(status);
  }
  return RECS_OK;
}

/* Adds the new ids of a role to their dictionary, a group at a time. */
static int32_t settle_ids(recs__id_runs *runs, recs_ids *ids) {
  recs__piece texts[GROUP];
  uint32_t rows[GROUP];
  size_t places[GROUP];
  for (size_t run = 0; run < runs->count;) {
    size_t count = 0;
    for (; run < runs->count && count < GROUP; run++) {
      if (!is_new(runs, run))
        continue;
      texts[count] = runs->texts[run];
      places[count++] = run;
    }
    RECS_TRY(recs__ids_add_pieces(rows, ids, texts, count));
    for (size_t i = 0; i < count; i++)
      runs->rows[places[i]] = rows[i];
  }
  return RECS_OK;
}

/* The row of each run becomes that of its events. */
static void spread_rows(uint32_t *rows, const recs__id_runs *runs, size_t count) {
  for (size_t run = 0; run < runs->count; run++) {
    size_t end = run + 1 < runs->count ? runs->firsts[run + 1] : count;
    for (size_t i = runs->firsts[run]; i < end; i++)
      rows[i] = runs->rows[run];
  }
}

int32_t recs__event_batch_settle(recs__event_batch *batch, recs_events *events) {
  RECS_TRY(settle_types(batch, events));
  for (int r = RECS__ROLE_SESSION; r < RECS__ROLES; r++)
    RECS_TRY(settle_ids(&batch->runs[r], dictionary_of(events, r)));
  for (int r = RECS__ROLE_EVENT; r < RECS__ROLES; r++)
    spread_rows(batch->rows[r], &batch->runs[r], batch->count);
  forget_runs(batch);
  return RECS_OK;
}

static recs_event_columns columns_of(const recs__event_batch *batch) {
  recs_event_columns columns = {.struct_size = sizeof columns};
  columns.users = batch->rows[RECS__ROLE_USER];
  columns.items = batch->rows[RECS__ROLE_ITEM];
  columns.types = batch->rows[RECS__ROLE_EVENT];
  columns.sessions = batch->rows[RECS__ROLE_SESSION];
  columns.weights = batch->weights;
  columns.quantities = batch->quantities;
  columns.prices = batch->prices;
  columns.times = batch->times;
  return columns;
}

int32_t recs__event_batch_place(recs__event_batch *batch, recs_events *events) {
  recs_event_columns columns = columns_of(batch);
  RECS_TRY(recs__events_place(&batch->first, events, &columns, batch->count));
  batch->placed = batch->count;
  batch->count = 0;
  return RECS_OK;
}

void recs__event_batch_write(recs__event_batch *batch) {
  recs_event_columns columns = columns_of(batch);
  recs__events_write(batch->events, batch->first, &columns, batch->placed);
  batch->placed = 0;
}
