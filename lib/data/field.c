#include "lib/data/field.h"

#include "lib/data/ids.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LONGEST_NAME = 63, LARGEST_DIMENSION = 65536 };

const recs__pool_kind recs__pool_kinds[] = {[RECS_FIELD_TAGS] = {"tags", RECS__U32, sizeof(uint32_t)},
                                            [RECS_FIELD_TEXT] = {"text", RECS__U8, 1},
                                            [RECS_FIELD_EMBEDDING] = {"vectors", RECS__F32, sizeof(float)}};

int32_t recs__field_check(const char *name, int32_t type, uint32_t dimension) {
  char quoted[64];
  size_t length = strlen(name);
  recs__quote(quoted, sizeof quoted, name, length);
  if (length == 0 || length > LONGEST_NAME)
    return recs__fail(RECS_ERROR_INVALID, "field name %s has %zu bytes, outside 1 to %d", quoted, length, LONGEST_NAME);
  if (type < RECS_FIELD_TAGS || type > RECS_FIELD_EMBEDDING)
    return recs__fail(RECS_ERROR_INVALID, "type of field %s is %" PRId32 ", outside %d to %d", quoted, type,
                      RECS_FIELD_TAGS, RECS_FIELD_EMBEDDING);
  if (type != RECS_FIELD_EMBEDDING && dimension != 0)
    return recs__fail(RECS_ERROR_INVALID, "dimension of field %s is %" PRIu32 ", not 0", quoted, dimension);
  if (type == RECS_FIELD_EMBEDDING && (dimension == 0 || dimension > LARGEST_DIMENSION))
    return recs__fail(RECS_ERROR_INVALID, "dimension of field %s is %" PRIu32 ", outside 1 to %d", quoted, dimension,
                      LARGEST_DIMENSION);
  return RECS_OK;
}

int32_t recs__field_create(recs__field_store **out, recs_context *context, const char *name, int32_t type,
                           uint32_t dimension) {
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
    recs__free(context, field->pool);
    recs__free(context, field->weights);
  }
  recs__free(context, field->rooms);
  recs__free(context, field->name);
  recs__release(field->tag_ids);
  recs__free(context, field);
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

/* Overwrites what a row has: it may be about a person. */
static void wipe_span(recs__field_store *field, uint32_t row) {
  if (field->rooms[row] > 0)
    memset(recs__field_element(field, field->begins[row]), 0, field->rooms[row] * recs__pool_kinds[field->type].size);
}

/* Room for `count` elements in a row's span. A span that is too small moves to the end of the pool, its elements with
 * it, and at least doubles; what it leaves is lost until the store is frozen. */
static int32_t reserve_span(recs__field_store *field, uint32_t row, uint32_t count) {
  uint64_t room = count, end;
  RECS_TRY(cover_row(field, row));
  if (count <= field->rooms[row])
    return RECS_OK;
  if (room < 2 * (uint64_t)field->rooms[row])
    room = 2 * (uint64_t)field->rooms[row];
  if (room > UINT32_MAX)
    room = UINT32_MAX;
  end = field->pool_used + room;
  RECS_TRY(recs__grow(field->context, &field->pool, &field->pool_room, end, recs__pool_kinds[field->type].size));
  if (field->type == RECS_FIELD_TAGS)
    RECS_TRY(recs__grow(field->context, &field->weights, &field->weights_room, end, sizeof *field->weights));
  memcpy(recs__field_element(field, field->pool_used), recs__field_element(field, field->begins[row]),
         field->counts[row] * recs__pool_kinds[field->type].size);
  if (field->type == RECS_FIELD_TAGS)
    memcpy(field->weights + field->pool_used, field->weights + field->begins[row],
           field->counts[row] * sizeof *field->weights);
  wipe_span(field, row);
  field->begins[row] = field->pool_used;
  field->rooms[row] = (uint32_t)room;
  field->pool_used = end;
  return RECS_OK;
}

/* The tags of a row, which ascend, and their weights. */
typedef struct tag_span {
  uint32_t *tags;
  float *weights;
  uint32_t count;
} tag_span;

static tag_span tags_of(const recs__field_store *field, uint32_t row) {
  tag_span span = {NULL, NULL, recs__field_count(field, row)};
  if (row < field->rows && field->weights != NULL) { /* NULL: no row has got a tag yet */
    span.tags = (uint32_t *)field->pool + field->begins[row];
    span.weights = field->weights + field->begins[row];
  }
  return span;
}

/* Where a tag stands among them, or would stand. */
static uint32_t tag_place(tag_span span, uint32_t tag) {
  uint32_t low = 0, high = span.count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (span.tags[middle] < tag)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int32_t recs__field_set_tag(recs__field_store *field, uint32_t row, const char *tag, size_t length, float weight) {
  uint32_t tag_row = recs__ids_find(field->tag_ids, tag, length), place, behind;
  tag_span span = tags_of(field, row);
  place = tag_row == RECS_NO_ROW ? span.count : tag_place(span, tag_row);
  if (place < span.count && span.tags[place] == tag_row) {
    span.weights[place] = weight;
    return RECS_OK;
  }
  RECS_TRY(reserve_span(field, row, span.count + 1));
  RECS_TRY(recs_ids_add(&tag_row, field->tag_ids, tag, length));
  span = tags_of(field, row);
  behind = span.count - place;
  memmove(span.tags + place + 1, span.tags + place, behind * sizeof *span.tags);
  memmove(span.weights + place + 1, span.weights + place, behind * sizeof *span.weights);
  span.tags[place] = tag_row;
  span.weights[place] = weight;
  field->counts[row] += 1;
  return RECS_OK;
}

int32_t recs__field_unset_tag(recs__field_store *field, uint32_t row, const char *tag, size_t length) {
  char quoted[64];
  uint32_t tag_row = recs__ids_find(field->tag_ids, tag, length), place, behind;
  tag_span span = tags_of(field, row);
  place = tag_place(span, tag_row);
  if (tag_row == RECS_NO_ROW || place == span.count || span.tags[place] != tag_row)
    return recs__fail(RECS_ERROR_NOT_FOUND, "row %" PRIu32 " does not have the tag %s", row,
                      recs__quote(quoted, sizeof quoted, tag, length));
  behind = span.count - place - 1;
  memmove(span.tags + place, span.tags + place + 1, behind * sizeof *span.tags);
  memmove(span.weights + place, span.weights + place + 1, behind * sizeof *span.weights);
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
  memcpy(recs__field_element(field, field->begins[row]), text, length);
  memset(recs__field_element(field, field->begins[row] + length), 0, 1);
  field->counts[row] = (uint32_t)length + 1;
  return RECS_OK;
}

int32_t recs__field_set_embedding(recs__field_store *field, uint32_t row, const float *values) {
  RECS_TRY(reserve_span(field, row, field->dimension));
  memcpy(recs__field_element(field, field->begins[row]), values, field->dimension * sizeof *values);
  field->counts[row] = field->dimension;
  return RECS_OK;
}

void recs__field_clear(recs__field_store *field, uint32_t row) {
  if (row >= field->rows)
    return;
  if (field->type == RECS_FIELD_NUMBER) {
    field->numbers[row] = NAN;
  } else {
    wipe_span(field, row);
    field->counts[row] = 0;
  }
}

/* The arrays of a compact copy over `rows` rows that has `used` elements. */
static int32_t make_spans(recs__field_store *to, size_t rows, uint64_t used) {
  to->begins = recs__alloc_zero(to->context, rows, sizeof *to->begins);
  to->counts = recs__alloc_zero(to->context, rows, sizeof *to->counts);
  to->pool = recs__alloc(to->context, used, recs__pool_kinds[to->type].size);
  if (to->begins == NULL || to->counts == NULL || to->pool == NULL)
    return recs__fail_nomem();
  if (to->type == RECS_FIELD_TAGS) {
    to->weights = recs__alloc(to->context, used, sizeof *to->weights);
    if (to->weights == NULL)
      return recs__fail_nomem();
  }
  return RECS_OK;
}

/* Spans side by side, in the order of the rows. */
static int32_t copy_spans(recs__field_store *to, const recs__field_store *from, size_t rows) {
  size_t size = recs__pool_kinds[from->type].size, covered = from->rows < rows ? from->rows : rows;
  uint64_t used = 0;
  for (size_t row = 0; row < covered; row++)
    used += from->counts[row];
  RECS_TRY(make_spans(to, rows, used));
  for (size_t row = 0; row < covered; row++) {
    uint32_t count = from->counts[row];
    if (count == 0)
      continue;
    to->begins[row] = to->pool_used;
    to->counts[row] = count;
    memcpy(recs__field_element(to, to->pool_used), recs__field_element(from, from->begins[row]), count * size);
    if (to->type == RECS_FIELD_TAGS)
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

/* Copies all but the dictionary of tags. */
static int32_t copy_values(recs__field_store *copy, const recs__field_store *field, size_t rows) {
  copy->context = field->context;
  copy->type = field->type;
  copy->dimension = field->dimension;
  copy->rows = rows;
  copy->name = recs__copy(field->context, field->name, strlen(field->name) + 1, 1);
  if (copy->name == NULL)
    return recs__fail_nomem();
  return field->type == RECS_FIELD_NUMBER ? copy_numbers(copy, field, rows) : copy_spans(copy, field, rows);
}

int32_t recs__field_freeze(recs__field_store **out, const recs__field_store *field, size_t rows) {
  recs__field_store *copy = recs__alloc_zero(field->context, 1, sizeof *copy);
  int32_t status;
  *out = NULL;
  if (copy == NULL)
    return recs__fail_nomem();
  status = copy_values(copy, field, rows);
  if (status == RECS_OK && field->type == RECS_FIELD_TAGS)
    status = recs_ids_freeze(&copy->tag_ids, field->tag_ids);
  if (status != RECS_OK) {
    recs__field_free(copy);
    return status;
  }
  *out = copy;
  return RECS_OK;
}

int32_t recs__field_copy(recs__field_store **out, const recs__field_store *field) {
  recs__field_store *copy = recs__alloc_zero(field->context, 1, sizeof *copy);
  int32_t status;
  *out = NULL;
  if (copy == NULL)
    return recs__fail_nomem();
  status = copy_values(copy, field, field->rows);
  if (status == RECS_OK && field->type != RECS_FIELD_NUMBER) {
    copy->rooms = recs__copy(field->context, copy->counts, copy->rows, sizeof *copy->rooms);
    status = copy->rooms == NULL ? recs__fail_nomem() : RECS_OK;
  }
  if (status != RECS_OK) {
    recs__field_free(copy);
    return status;
  }
  copy->tag_ids = recs__hold(field->tag_ids);
  copy->numbers_room = copy->begins_room = copy->counts_room = copy->rooms_room = copy->rows;
  copy->pool_room = copy->weights_room = copy->pool_used;
  *out = copy;
  return RECS_OK;
}

void recs__field_exchange(recs__field_store *a, recs__field_store *b) {
  recs__field_store kept = *a;
  *a = *b;
  *b = kept;
  b->hh = a->hh;
  b->name = a->name;
  a->hh = kept.hh;
  a->name = kept.name;
}
