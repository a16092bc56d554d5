#include "lib/data/field.h"

#include "lib/data/ids.h"

#include <math.h>
#include <string.h>

int32_t recs__field_create(recs__field_store **out, recs_context *context, const char *name, int32_t type, uint32_t dimension) {
  recs__field_store *field = recs__alloc_zero(context, 1, sizeof *field);
  *out = NULL;
  if (field == NULL)
    return recs__fail_nomem();
  field->context = context; /* held by the store that the field belongs to */
  field->type = type;
  field->dimension = dimension;
  field->name = recs__copy(context, name, strlen(name) + 1, 1);
  if (field->name == NULL || (type == RECS_FIELD_TAGS && recs_ids_create(&field->tag_ids, context) != RECS_OK)) {
    recs__field_free(field);
    return recs__fail_nomem();
  }
  *out = field;
  return RECS_OK;
}

void recs__field_free(recs__field_store *field) {
  const recs_context *context;
  if (field == NULL)
    return;
  context = field->context;
  if (!field->mapped) {
    recs__free(context, field->numbers);
    recs__free(context, field->begins);
    recs__free(context, field->counts);
    recs__free(context, field->tags);
    recs__free(context, field->weights);
    recs__free(context, field->text);
    recs__free(context, field->vectors);
  }
  recs__free(context, field->rooms);
  recs__free(context, field->name);
  recs__release(field->tag_ids);
  recs__free(context, field);
}

/* The pool of a span field, by type: the address of its pointer, and an element's size. */
static void *pool_of(recs__field_store *field, size_t *size) {
  switch (field->type) {
  case RECS_FIELD_TAGS:
    *size = sizeof *field->tags;
    return &field->tags;
  case RECS_FIELD_TEXT:
    *size = 1;
    return &field->text;
  default:
    *size = sizeof *field->vectors;
    return &field->vectors;
  }
}

/* Makes the arrays cover a row. */
static int32_t cover_row(recs__field_store *field, uint32_t row) {
  size_t rows = (size_t)row + 1;
  if (rows <= field->rows)
    return RECS_OK;
  if (field->type == RECS_FIELD_NUMBER) {
    RECS_TRY(recs__grow(field->context, &field->numbers, &field->numbers_room, rows, sizeof *field->numbers));
    for (size_t i = field->rows; i < rows; i++)
      field->numbers[i] = NAN;
  } else {
    RECS_TRY(recs__grow(field->context, &field->begins, &field->begins_room, rows, sizeof *field->begins));
    RECS_TRY(recs__grow(field->context, &field->counts, &field->counts_room, rows, sizeof *field->counts));
    RECS_TRY(recs__grow(field->context, &field->rooms, &field->rooms_room, rows, sizeof *field->rooms));
    memset(field->begins + field->rows, 0, (rows - field->rows) * sizeof *field->begins);
    memset(field->counts + field->rows, 0, (rows - field->rows) * sizeof *field->counts);
    memset(field->rooms + field->rows, 0, (rows - field->rows) * sizeof *field->rooms);
  }
  field->rows = rows;
  return RECS_OK;
}

/* Room for `count` elements in a row's span. A span that is too small moves to the end of the pool, its elements with it; what it leaves is
 * lost until the store is frozen. */
static int32_t reserve_span(recs__field_store *field, uint32_t row, uint32_t count) {
  size_t size;
  void *address = pool_of(field, &size);
  char *pool;
  uint64_t room = count;
  RECS_TRY(cover_row(field, row));
  if (count <= field->rooms[row])
    return RECS_OK;
  if (field->type == RECS_FIELD_TAGS && room < 2 * (uint64_t)field->rooms[row])
    room = 2 * (uint64_t)field->rooms[row]; /* rows get their tags one by one */
  RECS_TRY(recs__grow(field->context, address, &field->pool_room, field->pool_used + room, size));
  memcpy(&pool, address, sizeof pool);
  memcpy(pool + field->pool_used * size, pool + field->begins[row] * size, field->counts[row] * size);
  if (field->type == RECS_FIELD_TAGS) {
    RECS_TRY(recs__grow(field->context, &field->weights, &field->weights_room, field->pool_used + room, sizeof *field->weights));
    memcpy(field->weights + field->pool_used, field->weights + field->begins[row], field->counts[row] * sizeof *field->weights);
  }
  field->begins[row] = field->pool_used;
  field->rooms[row] = (uint32_t)room;
  field->pool_used += room;
  return RECS_OK;
}

uint32_t recs__field_tag_place(const recs__field_store *field, uint32_t row, uint32_t tag, int *found) {
  uint32_t low = 0, high = row < field->rows ? field->counts[row] : 0;
  *found = 0;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    uint32_t there = field->tags[field->begins[row] + middle];
    if (there == tag) {
      *found = 1;
      return middle;
    }
    if (there < tag)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int32_t recs__field_set_tag(recs__field_store *field, uint32_t row, uint32_t tag, float weight) {
  int found;
  uint32_t place = recs__field_tag_place(field, row, tag, &found);
  uint32_t *tags;
  float *weights;
  if (!found) {
    uint32_t behind;
    RECS_TRY(reserve_span(field, row, (row < field->rows ? field->counts[row] : 0) + 1));
    tags = field->tags + field->begins[row];
    weights = field->weights + field->begins[row];
    behind = field->counts[row] - place;
    memmove(tags + place + 1, tags + place, behind * sizeof *tags);
    memmove(weights + place + 1, weights + place, behind * sizeof *weights);
    tags[place] = tag;
    field->counts[row] += 1;
  }
  field->weights[field->begins[row] + place] = weight;
  return RECS_OK;
}

int32_t recs__field_unset_tag(recs__field_store *field, uint32_t row, uint32_t tag) {
  int found;
  uint32_t place = recs__field_tag_place(field, row, tag, &found);
  uint32_t *tags;
  float *weights;
  uint32_t behind;
  if (!found)
    return recs__fail(RECS_ERROR_NOT_FOUND, "row %u does not have the tag", row);
  tags = field->tags + field->begins[row];
  weights = field->weights + field->begins[row];
  behind = field->counts[row] - place - 1;
  memmove(tags + place, tags + place + 1, behind * sizeof *tags);
  memmove(weights + place, weights + place + 1, behind * sizeof *weights);
  field->counts[row] -= 1;
  return RECS_OK;
}

int32_t recs__field_set_number(recs__field_store *field, uint32_t row, double value) {
  RECS_TRY(cover_row(field, row));
  field->numbers[row] = value;
  return RECS_OK;
}

int32_t recs__field_set_text(recs__field_store *field, uint32_t row, const char *text, size_t length) {
  if (length == 0) {
    recs__field_clear(field, row);
    return RECS_OK;
  }
  RECS_TRY(reserve_span(field, row, (uint32_t)length + 1));
  memcpy(field->text + field->begins[row], text, length);
  field->text[field->begins[row] + length] = 0;
  field->counts[row] = (uint32_t)length + 1;
  return RECS_OK;
}

int32_t recs__field_set_embedding(recs__field_store *field, uint32_t row, const float *values) {
  RECS_TRY(reserve_span(field, row, field->dimension));
  memcpy(field->vectors + field->begins[row], values, field->dimension * sizeof *values);
  field->counts[row] = field->dimension;
  return RECS_OK;
}

void recs__field_clear(recs__field_store *field, uint32_t row) {
  if (row >= field->rows)
    return;
  if (field->type == RECS_FIELD_NUMBER)
    field->numbers[row] = NAN;
  else
    field->counts[row] = 0;
}

/* Spans side by side, in the order of the rows. */
static int32_t compact_spans(recs__field_store *to, const recs__field_store *from, size_t rows) {
  recs__field_store *source = (recs__field_store *)(uintptr_t)from; /* pool_of() only takes addresses */
  size_t size, covered = from->rows < rows ? from->rows : rows;
  void *to_address = pool_of(to, &size), *from_address = pool_of(source, &size);
  char *pool, *old;
  uint64_t used = 0;
  to->begins = recs__alloc_zero(to->context, rows, sizeof *to->begins);
  to->counts = recs__alloc_zero(to->context, rows, sizeof *to->counts);
  for (size_t row = 0; row < covered; row++)
    used += from->counts[row];
  pool = recs__alloc(to->context, used, size);
  memcpy(to_address, &pool, sizeof pool);
  if (from->type == RECS_FIELD_TAGS)
    to->weights = recs__alloc(to->context, used, sizeof *to->weights);
  if (to->begins == NULL || to->counts == NULL || pool == NULL || (from->type == RECS_FIELD_TAGS && to->weights == NULL))
    return recs__fail_nomem();
  memcpy(&old, from_address, sizeof old);
  for (size_t row = 0; row < rows; row++) {
    uint32_t count = row < covered ? from->counts[row] : 0;
    to->begins[row] = to->pool_used;
    to->counts[row] = count;
    if (count > 0)
      memcpy(pool + to->pool_used * size, old + from->begins[row] * size, count * size);
    if (count > 0 && from->type == RECS_FIELD_TAGS)
      memcpy(to->weights + to->pool_used, from->weights + from->begins[row], count * sizeof *to->weights);
    to->pool_used += count;
  }
  return RECS_OK;
}

static int32_t copy_numbers(recs__field_store *to, const recs__field_store *from, size_t rows) {
  to->numbers = recs__alloc(to->context, rows, sizeof *to->numbers);
  if (to->numbers == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < rows; row++)
    to->numbers[row] = row < from->rows ? from->numbers[row] : NAN;
  return RECS_OK;
}

int32_t recs__field_freeze(recs__field_store **out, const recs__field_store *field, size_t rows) {
  recs__field_store *copy = recs__alloc_zero(field->context, 1, sizeof *copy);
  int32_t status = RECS_OK;
  *out = NULL;
  if (copy == NULL)
    return recs__fail_nomem();
  copy->context = field->context;
  copy->type = field->type;
  copy->dimension = field->dimension;
  copy->rows = rows;
  copy->name = recs__copy(field->context, field->name, strlen(field->name) + 1, 1);
  if (copy->name == NULL)
    status = recs__fail_nomem();
  if (status == RECS_OK && field->type == RECS_FIELD_TAGS)
    status = recs_ids_freeze(&copy->tag_ids, field->tag_ids);
  if (status == RECS_OK)
    status = field->type == RECS_FIELD_NUMBER ? copy_numbers(copy, field, rows) : compact_spans(copy, field, rows);
  if (status != RECS_OK) {
    recs__field_free(copy);
    return status;
  }
  *out = copy;
  return RECS_OK;
}

int32_t recs__field_write(const recs__field_store *field, recs__writer *writer) {
  RECS_TRY(recs__write_string(writer, "name", field->name));
  RECS_TRY(recs__write_u64(writer, "type", (uint64_t)field->type));
  RECS_TRY(recs__write_u64(writer, "dimension", field->dimension));
  if (field->type == RECS_FIELD_NUMBER)
    return recs__write(writer, "numbers", RECS__F64, field->numbers, field->rows);
  RECS_TRY(recs__write(writer, "begins", RECS__U64, field->begins, field->rows));
  RECS_TRY(recs__write(writer, "counts", RECS__U32, field->counts, field->rows));
  switch (field->type) {
  case RECS_FIELD_TAGS:
    RECS_TRY(recs__enter_scope(&writer->scope, "dictionary"));
    RECS_TRY(recs__ids_write(field->tag_ids, writer));
    recs__leave_scope(&writer->scope);
    RECS_TRY(recs__write(writer, "tags", RECS__U32, field->tags, field->pool_used));
    return recs__write(writer, "weights", RECS__F32, field->weights, field->pool_used);
  case RECS_FIELD_TEXT:
    return recs__write(writer, "text", RECS__U8, field->text, field->pool_used);
  default:
    return recs__write(writer, "vectors", RECS__F32, field->vectors, field->pool_used);
  }
}

/* Spans lie within the pool; texts end in their only NUL; vectors are whole; tags ascend and exist. */
static int32_t check_spans(const recs__field_store *field) {
  for (size_t row = 0; row < field->rows; row++) {
    uint64_t begin = field->begins[row], count = field->counts[row];
    int bad = begin > field->pool_used || count > field->pool_used - begin;
    if (!bad && field->type == RECS_FIELD_TEXT && count > 0)
      bad = memchr(field->text + begin, 0, count) != field->text + begin + count - 1;
    if (!bad && field->type == RECS_FIELD_EMBEDDING)
      bad = count != 0 && count != field->dimension;
    for (uint64_t i = 0; !bad && field->type == RECS_FIELD_TAGS && i < count; i++)
      bad = field->tags[begin + i] >= recs_ids_count(field->tag_ids) || !isfinite(field->weights[begin + i]) ||
            (i > 0 && field->tags[begin + i - 1] >= field->tags[begin + i]);
    if (bad)
      return recs__fail(RECS_ERROR_FORMAT, "row %zu of profile field %s is damaged", row, field->name);
  }
  for (uint64_t i = 0; field->type == RECS_FIELD_EMBEDDING && i < field->pool_used; i++) {
    if (!isfinite(field->vectors[i]))
      return recs__fail(RECS_ERROR_FORMAT, "an embedding of profile field %s is not finite", field->name);
  }
  return RECS_OK;
}

static int32_t read_pool(recs__field_store *field, recs__reader *reader) {
  const void *pool;
  switch (field->type) {
  case RECS_FIELD_TAGS:
    RECS_TRY(recs__enter_scope(&reader->scope, "dictionary"));
    RECS_TRY(recs__ids_read(&field->tag_ids, reader));
    recs__leave_scope(&reader->scope);
    RECS_TRY(recs__read(reader, "tags", RECS__U32, &pool, &field->pool_used));
    field->tags = (uint32_t *)(uintptr_t)pool;
    return recs__read_exact(reader, "weights", RECS__F32, &field->weights, field->pool_used);
  case RECS_FIELD_TEXT:
    RECS_TRY(recs__read(reader, "text", RECS__U8, &pool, &field->pool_used));
    field->text = (char *)(uintptr_t)pool;
    return RECS_OK;
  default:
    RECS_TRY(recs__read(reader, "vectors", RECS__F32, &pool, &field->pool_used));
    field->vectors = (float *)(uintptr_t)pool;
    return RECS_OK;
  }
}

static int32_t map_field(recs__field_store *field, recs__reader *reader, size_t rows) {
  uint64_t value;
  const char *name;
  RECS_TRY(recs__read_string(reader, "name", &name));
  field->name = recs__copy(field->context, name, strlen(name) + 1, 1);
  if (field->name == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__read_u64(reader, "type", RECS_FIELD_TAGS, RECS_FIELD_EMBEDDING, &value));
  field->type = (int32_t)value;
  RECS_TRY(recs__read_u64(reader, "dimension", 0, 65536, &value));
  field->dimension = (uint32_t)value;
  field->rows = rows;
  if (field->type == RECS_FIELD_NUMBER)
    return recs__read_exact(reader, "numbers", RECS__F64, &field->numbers, rows);
  RECS_TRY(recs__read_exact(reader, "begins", RECS__U64, &field->begins, rows));
  RECS_TRY(recs__read_exact(reader, "counts", RECS__U32, &field->counts, rows));
  RECS_TRY(read_pool(field, reader));
  return check_spans(field);
}

int32_t recs__field_read(recs__field_store **out, recs__reader *reader, size_t rows) {
  recs__field_store *field = recs__alloc_zero(reader->context, 1, sizeof *field);
  int32_t status;
  *out = NULL;
  if (field == NULL)
    return recs__fail_nomem();
  field->context = reader->context;
  field->mapped = 1;
  status = map_field(field, reader, rows);
  if (status != RECS_OK) {
    recs__field_free(field);
    return status;
  }
  *out = field;
  return RECS_OK;
}
