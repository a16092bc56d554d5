/* Events from tables. The text is read in windows, each is cut at newlines into stretches that are read at the same time,
 * and their events go to the log in order. A newline may stand within quotes: then the stretch before it ends within a
 * record, what was read behind it is forgotten, and reading goes on from that record. */
#include "lib/data/tables/event_batch.h"

#include "lib/base/parallel.h"

#include <string.h>

enum {
  STRETCH = 128 << 10,   /* bytes of a stretch: it and its events stay in the second-level cache */
  STRETCHES_A_THREAD = 4, /* so that threads that get little to do take another one */
  MOST_STRETCHES = 256,
  FLUSH_AT = 4096, /* events read one by one */
  LINE_BLOCK = 192 /* bytes; one byte counts as many */
};

/* A part of the window that ends in a newline, and what was read of it. */
typedef struct stretch {
  size_t begin;
  size_t length;
  uint64_t line;
  recs__event_batch batch;
  int open;
} stretch;

typedef struct reader {
  recs_events *events;
  recs__intake intake;
  recs__event_batch main; /* whose records have the window */
  stretch *stretches;
  size_t most;    /* how many there may be */
  int one_by_one; /* records are read one after the other, not in stretches */
  uint64_t read;
} reader;

static const recs__choice time_kinds[] = {{"clock", RECS_TIME_CLOCK}, {"order", RECS_TIME_ORDER}, {NULL, 0}};
static const recs__choice empties[] = {{"one", RECS_EMPTY_ONE}, {"drop", RECS_EMPTY_DROP}, {NULL, 0}};

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
    RECS__CHOICE(recs_events_read_options, empty_quantity, empties, "one|drop", RECS_EMPTY_ONE, "lines without a quantity")};

static const recs_schema schema = RECS__SCHEMA("events_read", recs_events_read_options, fields);

const recs_schema *recs_events_read_schema(void) {
  return &schema;
}

int32_t recs_events_read_options_init(recs_events_read_options *options, size_t struct_size) {
  return recs_options_init(options, &schema, struct_size);
}

/* Gives a batch's events a place in the log. Those of a stretch are written there by the thread that reads the next one into its batch. */
static int32_t place(reader *self, recs__event_batch *batch) {
  self->read += batch->count;
  return recs__event_batch_place(batch, self->events);
}

static int32_t flush(reader *self, recs__event_batch *batch) {
  RECS_TRY(place(self, batch));
  recs__event_batch_write(batch);
  return RECS_OK;
}

/* Reads a record from the window, which goes on as it needs. */
static int32_t read_one(reader *self, int *found) {
  recs__event_batch *batch = &self->main;
  RECS_TRY(recs__records_next(&batch->records, found));
  if (!*found)
    return RECS_OK;
  RECS_TRY(recs__event_batch_match(batch));
  RECS_TRY(recs__event_batch_add(batch));
  return recs__event_batch_settle(batch, self->events);
}

static int32_t read_one_by_one(reader *self) {
  int found;
  do {
    RECS_TRY(read_one(self, &found));
    if (!found || self->main.count == FLUSH_AT)
      RECS_TRY(flush(self, &self->main));
  } while (found);
  return RECS_OK;
}

/* Where the line ends in which the byte `at` of the window is, or the next one when a stretch would be empty otherwise; 0: nowhere. */
static size_t line_end(const recs__window *window, size_t begin, size_t at) {
  const char *newline;
  for (size_t end = at < window->end ? at : window->end; end > begin; end--) {
    if (window->bytes[end - 1] == '\n')
      return end;
  }
  if (at >= window->end)
    return 0;
  newline = memchr(window->bytes + at, '\n', window->end - at);
  return newline == NULL ? 0 : (size_t)(newline - window->bytes) + 1;
}

/* Counts a few bytes at a time in one byte, which compilers turn into vectors of bytes. */
static uint64_t count_lines(const char *text, size_t length) {
  uint64_t lines = 0;
  size_t at = 0;
  for (; at + LINE_BLOCK <= length; at += LINE_BLOCK) {
    uint8_t some = 0;
    for (size_t i = 0; i < LINE_BLOCK; i++)
      some = (uint8_t)(some + (text[at + i] == '\n'));
    lines += some;
  }
  for (; at < length; at++)
    lines += text[at] == '\n';
  return lines;
}

/* Cuts the window, as far as its lines are whole; returns how many stretches there are. */
static size_t cut_window(reader *self) {
  const recs__records *records = &self->main.records;
  size_t count = 0, begin = records->window.begin, end;
  uint64_t line = records->next_line;
  for (; count < self->most && (end = line_end(&records->window, begin, begin + STRETCH)) != 0; count++) {
    stretch *next = &self->stretches[count];
    next->begin = begin;
    next->length = end - begin;
    next->line = line;
    line += count_lines(records->window.bytes + begin, end - begin);
    begin = end;
  }
  return count;
}

static int32_t read_stretches(void *payload, uint32_t thread, size_t begin, size_t end) {
  const reader *self = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    stretch *one = &self->stretches[i];
    recs__event_batch_read(&one->batch, self->main.records.window.bytes + one->begin, one->length, one->line);
  }
  return RECS_OK;
}

/* The column names of a stretch that the table did not have so far. */
static int32_t take_names(recs__event_batch *to, const recs__records *from) {
  for (uint32_t row = 0; !from->header && row < recs_ids_count(from->names); row++) {
    const char *name;
    size_t length;
    uint32_t column;
    RECS_TRY(recs_ids_name(&name, &length, from->names, row));
    RECS_TRY(recs__jsonl_column(&to->records, name, length, &column));
  }
  return recs__event_batch_match(to);
}

/* Takes over what a stretch has. `*whole` is 0 when its last record goes on behind it, so that what was read of the next one means
 * nothing. */
static int32_t take_stretch(reader *self, stretch *one, int *whole) {
  recs__event_batch *batch = &one->batch;
  const recs__window *rest = &batch->records.window;
  *whole = 0;
  self->one_by_one |= !recs__event_batch_types_fit(batch);
  if (self->one_by_one)
    return RECS_OK;
  RECS_TRY(recs__event_batch_settle(batch, self->events));
  RECS_TRY(place(self, batch));
  if (batch->status != RECS_OK)
    return recs__fail(batch->status, "%s", batch->message);
  RECS_TRY(take_names(&self->main, &batch->records));
  RECS_TRY(recs__report_move(self->intake.report, batch->intake.report));
  *whole = rest->begin == rest->end;
  self->main.records.any |= batch->records.any;
  recs__records_pass(&self->main.records, rest->begin, batch->records.next_line);
  return RECS_OK;
}

static int32_t write_stretches(void *payload, uint32_t thread, size_t begin, size_t end) {
  const reader *self = payload;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    if (self->stretches[i].open)
      recs__event_batch_write(&self->stretches[i].batch);
  }
  return RECS_OK;
}

static int32_t open_stretches(reader *self, size_t count) {
  for (size_t i = 0; i < count; i++) {
    stretch *one = &self->stretches[i];
    if (one->open)
      continue;
    one->open = 1;
    RECS_TRY(recs__event_batch_fork(&one->batch, &self->main));
  }
  return RECS_OK;
}

/* Reads the stretches of the window as far as they go. */
static int32_t read_window(reader *self) {
  size_t count = cut_window(self);
  int whole = 1;
  RECS_TRY(open_stretches(self, count));
  RECS_TRY(recs__parallel(recs__context_of(self->events), count, 1, read_stretches, self, NULL));
  for (size_t i = 0; i < count && whole; i++)
    RECS_TRY(take_stretch(self, &self->stretches[i], &whole));
  return RECS_OK;
}

/* Window by window. What takes more than a window, and the end of the table, are left to read_one(). */
static int32_t read_windows(reader *self) {
  recs__window *window = &self->main.records.window;
  int found = 1;
  while (found && !self->one_by_one) {
    size_t begin = window->begin;
    RECS_TRY(read_window(self));
    if (window->begin == begin && !self->one_by_one) {
      RECS_TRY(read_one(self, &found));
      RECS_TRY(flush(self, &self->main));
    } else if (!window->last) {
      RECS_TRY(recs__window_more(window));
      recs__records_pass(&self->main.records, 0, self->main.records.next_line);
    }
  }
  RECS_TRY(recs__parallel(recs__context_of(self->events), self->most, 1, write_stretches, self, NULL));
  return self->one_by_one ? read_one_by_one(self) : RECS_OK;
}

static int32_t read_records(reader *self) {
  RECS_TRY(recs__event_batch_match(&self->main));
  if (self->main.records.header)
    RECS_TRY(recs__event_batch_require(&self->main));
  RECS_TRY(read_windows(self));
  return recs__event_batch_require(&self->main);
}

static int32_t read_table(reader *self, recs__source *source, const recs__progress *progress) {
  recs_context *context = recs__context_of(self->events);
  const recs_events_read_options *options = self->main.options;
  recs__table_form form = {options->format, options->delimiter, self->most * STRETCH};
  RECS_TRY(recs__report_create(&self->intake.report, context));
  RECS_TRY(recs__report_add(self->intake.report, "read", 0, 0, NULL, 0));
  RECS_TRY(recs__records_open(&self->main.records, context, source, &self->intake, progress, &form));
  RECS_TRY(read_records(self));
  RECS_TRY(recs__report_add(self->intake.report, "read", self->read, 0, NULL, 0));
  return recs__progress_at(progress, 1.0);
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

/* As many stretches as the threads are given, or as a small input takes. */
static int32_t make_stretches(reader *self, const recs__source *source) {
  recs_context *context = recs__context_of(self->events);
  size_t most = (size_t)STRETCHES_A_THREAD * recs_context_threads(context);
  self->most = most < MOST_STRETCHES ? most : MOST_STRETCHES;
  if (source->size > 0 && source->size / STRETCH + 1 < self->most)
    self->most = (size_t)(source->size / STRETCH + 1);
  self->stretches = recs__alloc_zero(context, self->most, sizeof *self->stretches);
  return self->stretches == NULL ? recs__fail_nomem() : RECS_OK;
}

static void close_reader(reader *self) {
  for (size_t i = 0; self->stretches != NULL && i < self->most; i++) {
    if (self->stretches[i].open)
      recs__event_batch_close(&self->stretches[i].batch);
  }
  recs__free(recs__context_of(self->events), self->stretches);
  recs__event_batch_close(&self->main);
  recs_report_free(self->intake.report);
}

/* Reads a whole source. What a read that fails has appended is taken back. */
static int32_t read_source(recs_report **out_report, recs_events *events, recs__source *source,
                           const recs_events_read_options *options, const recs__progress *progress) {
  uint64_t count = recs_events_count(events);
  reader self = {.events = events, .intake.lenient = options->lenient};
  int32_t status;
  RECS_TRY(check_log(events, options->time_kind));
  recs__event_batch_init(&self.main, events, options);
  /* Ids of one dictionary in two columns come in the order of the lines. */
  self.one_by_one = recs__ids_same(recs_events_users(events), recs_events_items(events));
  RECS_GO(make_stretches(&self, source));
  RECS_GO(read_table(&self, source, progress));
  RECS_GO(recs_events_set_time_kind(events, options->time_kind));
  if (out_report != NULL)
    *out_report = recs__hold(self.intake.report);
cleanup:
  if (status != RECS_OK)
    recs__events_truncate(events, count);
  close_reader(&self);
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
