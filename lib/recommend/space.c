#include "lib/recommend/space.h"

#include "lib/base/number.h"
#include "lib/data/ids.h"
#include "lib/data/profiles.h"
#include "lib/recommend/encoder.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a space is built with. */
typedef struct builder {
  recs_context *context;
  const recs_training *training;
  const recs_content_options *options;
  double *weights; /* by item field; 0: left out */
  recs__encoder *encoders;   /* by block */
  recs__encoding *encodings; /* by block; profiles NULL: nothing to read */
  uint32_t count;
} builder;

/* One "name=weight" or "name" of the fields option. */
static int32_t take_field(builder *self, const char *text, size_t length) {
  const char *equals = memchr(text, '=', length);
  size_t name_length = equals == NULL ? length : (size_t)(equals - text);
  char name[256], quoted[80];
  uint32_t field;
  double weight = 1;
  recs__quote(quoted, sizeof quoted, text, length);
  if (equals != NULL && (!recs__parse_double(equals + 1, length - name_length - 1, &weight) || weight < 0))
    return recs__fail(RECS_ERROR_INVALID, "fields has %s, not name=weight", quoted);
  if (name_length >= sizeof name)
    return recs__fail(RECS_ERROR_NOT_FOUND, "no profile field %s", quoted);
  memcpy(name, text, name_length);
  name[name_length] = 0;
  RECS_TRY(recs__profiles_find_field(&field, self->training->items, name));
  self->weights[field] = weight;
  return RECS_OK;
}

/* Which fields count, and how much. */
static int32_t choose_fields(builder *self) {
  uint32_t fields = recs_profiles_field_count(self->training->items);
  self->weights = recs__alloc_zero(self->context, fields, sizeof *self->weights);
  self->encoders = recs__alloc_zero(self->context, fields, sizeof *self->encoders);
  self->encodings = recs__alloc_zero(self->context, fields, sizeof *self->encodings);
  if (self->weights == NULL || self->encoders == NULL || self->encodings == NULL)
    return recs__fail_nomem();
  for (uint32_t field = 0; field < fields && self->options->fields == NULL; field++)
    self->weights[field] = 1;
  for (const char *at = self->options->fields; at != NULL && *at != 0;) {
    size_t length = strcspn(at, ",");
    RECS_TRY(take_field(self, at, length));
    at += length + (at[length] == ',');
  }
  return RECS_OK;
}

static const int32_t reasons_of_types[] = {
    [RECS_FIELD_TAGS] = RECS_REASON_TAG,
    [RECS_FIELD_NUMBER] = RECS_REASON_NUMBER,
    [RECS_FIELD_TEXT] = RECS_REASON_WORD,
    [RECS_FIELD_EMBEDDING] = RECS_REASON_NUMBER,
};

/* One encoder and one block for each chosen field. */
static int32_t make_blocks(recs__space *space, builder *self) {
  uint32_t rows = recs_matrix_columns(self->training->matrix);
  uint32_t fields = recs_profiles_field_count(self->training->items);
  space->blocks = recs__alloc_zero(self->context, fields, sizeof *space->blocks);
  if (space->blocks == NULL)
    return recs__fail_nomem();
  for (uint32_t field = 0; field < fields; field++) {
    recs__encoder *encoder = &self->encoders[self->count];
    recs__block *block = &space->blocks[space->block_count];
    if (self->weights[field] <= 0)
      continue;
    RECS_TRY(recs__encoder_create(encoder, self->training->items, field, rows, self->weights[field], self->options));
    self->count += 1;
    if (encoder->count > RECS_NO_ROW - 1 - space->features)
      return recs__fail(RECS_ERROR_OVERFLOW, "the items' profiles have more than %" PRIu32 " features", RECS_NO_ROW - 1);
    block->reason = reasons_of_types[encoder->type];
    block->field = field;
    block->first = space->features;
    block->count = encoder->count;
    block->labels = recs__hold(encoder->labels);
    space->features += encoder->count;
    space->block_count += 1;
  }
  return RECS_OK;
}

/* A growing sparse matrix. */
typedef struct draft {
  const recs_context *context;
  int64_t *offsets;
  uint32_t *indices;
  float *values;
  size_t count, index_room, value_room;
} draft;

static void draft_free(draft *self) {
  recs__free(self->context, self->offsets);
  recs__free(self->context, self->indices);
  recs__free(self->context, self->values);
}

static double length_of(const double *values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += values[i] * values[i];
  return sqrt(sum);
}

static void scale(double *values, size_t count, double factor) {
  for (size_t i = 0; i < count; i++)
    values[i] *= factor;
}

/* A row of unit length, in which each field that the row has counts by its weight, however many features it has there. */
static int32_t encode_row(recs__features_list *list, const recs__space *space, const builder *self, uint32_t row) {
  double length;
  list->count = 0;
  for (uint32_t b = 0; b < self->count; b++) {
    size_t begin = list->count;
    if (self->encodings[b].profiles == NULL)
      continue;
    RECS_TRY(recs__encode(list, &self->encoders[b], &self->encodings[b], row, space->blocks[b].first));
    length = length_of(list->values + begin, list->count - begin);
    if (length > 0)
      scale(list->values + begin, list->count - begin, self->encoders[b].weight / length);
  }
  length = length_of(list->values, list->count);
  if (length > 0)
    scale(list->values, list->count, 1 / length);
  return RECS_OK;
}

static int32_t draft_add(draft *self, const recs__features_list *list) {
  RECS_TRY(recs__grow(self->context, &self->indices, &self->index_room, self->count + list->count, sizeof *self->indices));
  RECS_TRY(recs__grow(self->context, &self->values, &self->value_room, self->count + list->count, sizeof *self->values));
  for (size_t i = 0; i < list->count; i++) {
    self->indices[self->count] = list->features[i];
    self->values[self->count++] = (float)list->values[i];
  }
  return RECS_OK;
}

static int32_t encode_rows(recs_matrix **out, const recs__space *space, const builder *self, uint32_t rows) {
  recs__features_list list = {.context = self->context};
  draft rough = {.context = self->context};
  int32_t status = RECS_OK;
  rough.offsets = recs__alloc_zero(self->context, (size_t)rows + 1, sizeof *rough.offsets);
  if (rough.offsets == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows && status == RECS_OK; row++) {
    status = encode_row(&list, space, self, row);
    if (status == RECS_OK)
      status = draft_add(&rough, &list);
    rough.offsets[row + 1] = (int64_t)rough.count;
  }
  if (status == RECS_OK)
    status = recs_matrix_create(out, self->context, rows, space->features, rough.offsets, rough.indices, rough.values);
  recs__free(self->context, list.features);
  recs__free(self->context, list.values);
  draft_free(&rough);
  return status;
}

static void read_items(builder *self, const recs__space *space) {
  for (uint32_t b = 0; b < self->count; b++) {
    self->encodings[b].profiles = self->training->items;
    self->encodings[b].field = space->blocks[b].field;
  }
}

/* Points the encodings at the users' fields; *any tells whether there is one. */
static int32_t read_users(builder *self, const recs__space *space, int *any) {
  *any = 0;
  for (uint32_t b = 0; b < self->count; b++) {
    const char *name;
    uint32_t dimension;
    int found;
    RECS_TRY(recs_profiles_field(&name, NULL, &dimension, self->training->items, space->blocks[b].field));
    RECS_TRY(recs__encoding_match(&self->encodings[b], &found, &self->encoders[b], name, dimension, self->training->users));
    *any |= found;
  }
  return RECS_OK;
}

static void builder_free(builder *self) {
  for (uint32_t b = 0; b < self->count; b++) {
    recs__encoder_free(&self->encoders[b]);
    recs__free(self->context, self->encodings[b].tags);
  }
  recs__free(self->context, self->encoders);
  recs__free(self->context, self->encodings);
  recs__free(self->context, self->weights);
}

int32_t recs__space_build(recs__space *out, recs_matrix **items, recs_matrix **users, const recs_training *training,
                          const recs_content_options *options) {
  recs_context *context = recs__context_of(training->matrix);
  builder self = {.context = context, .training = training, .options = options};
  int32_t status;
  int any = 0;
  memset(out, 0, sizeof *out);
  out->context = context;
  *items = NULL;
  *users = NULL;
  RECS_GO(choose_fields(&self));
  RECS_GO(make_blocks(out, &self));
  read_items(&self, out);
  RECS_GO(encode_rows(items, out, &self, recs_matrix_columns(training->matrix)));
  if (training->users != NULL)
    RECS_GO(read_users(&self, out, &any));
  if (any)
    RECS_GO(encode_rows(users, out, &self, recs_matrix_rows(training->matrix)));
cleanup:
  builder_free(&self);
  return status;
}

void recs__space_free(recs__space *space) {
  for (uint32_t b = 0; b < space->block_count; b++)
    recs_ids_free(space->blocks[b].labels);
  recs__free(space->context, space->blocks);
  space->blocks = NULL;
  space->block_count = 0;
}

const recs__block *recs__space_block(const recs__space *space, uint32_t feature) {
  uint32_t b = 0;
  while (feature - space->blocks[b].first >= space->blocks[b].count)
    b += 1;
  return &space->blocks[b];
}

static int32_t enter_block(recs__scope *scope, uint32_t number) {
  char name[16];
  snprintf(name, sizeof name, "block%" PRIu32, number);
  return recs__enter_scope(scope, name);
}

int32_t recs__space_write(const recs__space *space, recs__writer *writer) {
  RECS_TRY(recs__write_u64(writer, "blocks", space->block_count));
  for (uint32_t b = 0; b < space->block_count; b++) {
    const recs__block *block = &space->blocks[b];
    RECS_TRY(enter_block(&writer->scope, b));
    RECS_TRY(recs__write_u64(writer, "reason", (uint64_t)block->reason));
    RECS_TRY(recs__write_u64(writer, "field", block->field));
    RECS_TRY(recs__write_u64(writer, "count", block->count));
    if (block->labels != NULL)
      RECS_SCOPED(writer, "labels", recs__ids_write(block->labels, writer));
    recs__leave_scope(&writer->scope);
  }
  return RECS_OK;
}

static int32_t read_block(recs__block *block, recs__space *space, recs__reader *reader) {
  uint64_t reason, field, count;
  RECS_TRY(recs__read_u64(reader, "reason", RECS_REASON_TAG, RECS_REASON_NUMBER, &reason));
  RECS_TRY(recs__read_u64(reader, "field", 0, RECS_NO_ROW - 1, &field));
  RECS_TRY(recs__read_u64(reader, "count", 0, RECS_NO_ROW - 1 - space->features, &count));
  block->reason = (int32_t)reason;
  block->field = (uint32_t)field;
  block->first = space->features;
  block->count = (uint32_t)count;
  space->features += block->count;
  if (reason == RECS_REASON_NUMBER)
    return RECS_OK;
  RECS_SCOPED(reader, "labels", recs__ids_read(&block->labels, reader));
  if (recs_ids_count(block->labels) != block->count)
    return recs__fail(RECS_ERROR_FORMAT, "a block of %" PRIu32 " features has %" PRIu32 " labels", block->count,
                      recs_ids_count(block->labels));
  return RECS_OK;
}

int32_t recs__space_read(recs__space *out, recs__reader *reader) {
  uint64_t blocks;
  memset(out, 0, sizeof *out);
  out->context = reader->context;
  RECS_TRY(recs__read_u64(reader, "blocks", 0, 65536, &blocks));
  out->blocks = recs__alloc_zero(reader->context, blocks, sizeof *out->blocks);
  if (out->blocks == NULL)
    return recs__fail_nomem();
  for (uint32_t b = 0; b < blocks; b++) {
    int32_t status = enter_block(&reader->scope, b);
    if (status == RECS_OK)
      status = read_block(&out->blocks[b], out, reader);
    out->block_count = b + 1;
    if (status != RECS_OK) {
      recs__space_free(out);
      return status;
    }
    recs__leave_scope(&reader->scope);
  }
  return RECS_OK;
}
