#include "lib/recommend/encoder.h"

#include "lib/base/object.h"
#include "lib/data/features/features.h"
#include "lib/data/matrix.h"
#include "lib/data/features/quantile.h"

#include <math.h>
#include <string.h>

static int32_t list_add(recs__features_list *list, uint32_t feature, double value) {
  RECS_TRY(recs__grow(list->context, &list->features, &list->feature_room, list->count + 1, sizeof *list->features));
  RECS_TRY(recs__grow(list->context, &list->values, &list->value_room, list->count + 1, sizeof *list->values));
  list->features[list->count] = feature;
  list->values[list->count++] = value;
  return RECS_OK;
}

/* Rare tags say more: ln((1 + n) / (1 + df)) + 1, as for words. */
static int32_t learn_idf(recs__encoder *self, const recs_profiles *profiles, uint32_t field, uint32_t rows) {
  self->idf = recs__alloc_zero(self->context, self->count, sizeof *self->idf);
  if (self->idf == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows; row++) {
    const uint32_t *tags;
    size_t count;
    RECS_TRY(recs_profiles_tags(&tags, NULL, &count, profiles, row, field));
    for (size_t i = 0; i < count; i++)
      self->idf[tags[i]] += 1;
  }
  for (uint32_t tag = 0; tag < self->count; tag++)
    self->idf[tag] = log((1.0 + rows) / (1.0 + self->idf[tag])) + 1;
  return RECS_OK;
}

static int32_t learn_tags(recs__encoder *self, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                          const recs_content_options *options) {
  RECS_TRY(recs_ids_freeze(&self->labels, recs_profiles_tag_ids(profiles, field)));
  self->count = recs_ids_count(self->labels);
  return options->idf ? learn_idf(self, profiles, field, rows) : RECS_OK;
}

/* Words that nearly all texts have tell no items apart: they are multiplied by 0. (Rare words weigh more already.) */
static int32_t drop_common(recs__encoder *self, double max_share) {
  const recs_matrix *words = self->words;
  double texts = 0;
  self->idf = recs__alloc_zero(self->context, self->count, sizeof *self->idf);
  if (self->idf == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < words->rows; row++)
    texts += words->offsets[row + 1] > words->offsets[row];
  for (int64_t e = 0; e < words->offsets[words->rows]; e++)
    self->idf[words->indices[e]] += 1;
  for (uint32_t word = 0; word < self->count; word++)
    self->idf[word] = self->idf[word] <= max_share * texts;
  return RECS_OK;
}

static int32_t learn_words(recs__encoder *self, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                           const recs_content_options *options) {
  recs__word_form form = {options->min_documents, options->text == RECS_TEXT_BM25, options->k1, options->b};
  recs_ids *terms;
  int32_t status;
  (void)rows;
  RECS_TRY(recs__features_words(&self->words, &terms, profiles, field, &form));
  status = recs_ids_freeze(&self->labels, terms);
  recs_ids_free(terms);
  self->count = recs_matrix_columns(self->words);
  return status == RECS_OK && options->max_share < 1 ? drop_common(self, options->max_share) : status;
}

/* The knots are quantiles, so that each range has about as many items; equal ones are one. */
static int32_t learn_knots(recs__encoder *self, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                           const recs_content_options *options) {
  double *values = recs__alloc(self->context, rows, sizeof *values);
  int32_t status = RECS_OK;
  (void)options;
  if (values == NULL)
    return recs__fail_nomem();
  for (uint32_t row = 0; row < rows && status == RECS_OK; row++)
    status = recs_profiles_number(&values[row], profiles, row, field);
  for (int i = 0; i < RECS__KNOTS && status == RECS_OK; i++) {
    double knot = recs__quantile(values, rows, (double)i / (RECS__KNOTS - 1));
    if (!isnan(knot) && (self->count == 0 || knot > self->knots[self->count - 1]))
      self->knots[self->count++] = knot;
  }
  recs__free(self->context, values);
  return status;
}

static int32_t learn_dimension(recs__encoder *self, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                               const recs_content_options *options) {
  (void)rows;
  (void)options;
  return recs_profiles_field(NULL, NULL, &self->count, profiles, field);
}

static int32_t encode_tags(recs__features_list *list, const recs__encoder *self, const recs__encoding *from,
                           uint32_t row, uint32_t first) {
  const uint32_t *tags;
  const float *weights;
  size_t count;
  RECS_TRY(recs_profiles_tags(&tags, &weights, &count, from->profiles, row, from->field));
  for (size_t i = 0; i < count; i++) {
    uint32_t tag = from->tags == NULL ? tags[i] : from->tags[tags[i]];
    if (tag != RECS_NO_ROW)
      RECS_TRY(list_add(list, first + tag, (double)weights[i] * (self->idf == NULL ? 1 : self->idf[tag])));
  }
  return RECS_OK;
}

static int32_t encode_words(recs__features_list *list, const recs__encoder *self, const recs__encoding *from,
                            uint32_t row, uint32_t first) {
  (void)from;
  for (int64_t e = self->words->offsets[row]; e < self->words->offsets[row + 1]; e++) {
    uint32_t word = self->words->indices[e];
    if (self->idf == NULL || self->idf[word] > 0)
      RECS_TRY(list_add(list, first + word, (double)self->words->values[e]));
  }
  return RECS_OK;
}

/* Two values that lie near each other share knots: their rows' product falls from 1 to 0 over two ranges. */
static int32_t encode_number(recs__features_list *list, const recs__encoder *self, const recs__encoding *from,
                             uint32_t row, uint32_t first) {
  double value, share;
  uint32_t above = 0;
  RECS_TRY(recs_profiles_number(&value, from->profiles, row, from->field));
  if (isnan(value) || self->count == 0)
    return RECS_OK;
  while (above < self->count && self->knots[above] < value)
    above += 1;
  if (above == 0 || above == self->count)
    return list_add(list, first + (above == 0 ? 0 : above - 1), 1);
  share = (value - self->knots[above - 1]) / (self->knots[above] - self->knots[above - 1]);
  if (share < 1)
    RECS_TRY(list_add(list, first + above - 1, 1 - share));
  return share > 0 ? list_add(list, first + above, share) : RECS_OK;
}

static int32_t encode_embedding(recs__features_list *list, const recs__encoder *self, const recs__encoding *from,
                                uint32_t row, uint32_t first) {
  const float *values;
  RECS_TRY(recs_profiles_embedding(&values, from->profiles, row, from->field));
  for (uint32_t i = 0; i < self->count && values != NULL; i++) {
    if (values[i] != 0)
      RECS_TRY(list_add(list, first + i, (double)values[i]));
  }
  return RECS_OK;
}

/* How each type of field is learned and encoded, by RECS_FIELD_*. */
static const struct {
  int32_t (*learn)(recs__encoder *self, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                   const recs_content_options *options);
  int32_t (*encode)(recs__features_list *list, const recs__encoder *self, const recs__encoding *from, uint32_t row,
                    uint32_t first);
} types[] = {
    [RECS_FIELD_TAGS] = {learn_tags, encode_tags},
    [RECS_FIELD_NUMBER] = {learn_knots, encode_number},
    [RECS_FIELD_TEXT] = {learn_words, encode_words},
    [RECS_FIELD_EMBEDDING] = {learn_dimension, encode_embedding},
};

int32_t recs__encoder_create(recs__encoder *out, const recs_profiles *profiles, uint32_t field, uint32_t rows,
                             double weight, const recs_content_options *options) {
  int32_t status;
  memset(out, 0, sizeof *out);
  out->context = recs__context_of(profiles);
  out->weight = sqrt(weight);
  RECS_TRY(recs_profiles_field(NULL, &out->type, NULL, profiles, field));
  status = types[out->type].learn(out, profiles, field, rows, options);
  if (status != RECS_OK)
    recs__encoder_free(out);
  return status;
}

void recs__encoder_free(recs__encoder *encoder) {
  recs_ids_free(encoder->labels);
  recs_matrix_free(encoder->words);
  recs__free(encoder->context, encoder->idf);
  encoder->labels = NULL;
  encoder->words = NULL;
  encoder->idf = NULL;
}

/* Where each tag of the other profiles stands among the encoder's. */
static int32_t match_tags(recs__encoding *out, const recs__encoder *encoder) {
  const recs_ids *others = recs_profiles_tag_ids(out->profiles, out->field);
  out->tags = recs__alloc(encoder->context, recs_ids_count(others), sizeof *out->tags);
  if (out->tags == NULL)
    return recs__fail_nomem();
  for (uint32_t tag = 0; tag < recs_ids_count(others); tag++) {
    const char *name;
    size_t length;
    out->tags[tag] = RECS_NO_ROW;
    if (recs_ids_name(&name, &length, others, tag) == RECS_OK)
      recs_ids_find(&out->tags[tag], encoder->labels, name, length);
  }
  recs__enter(); /* a tag that no item has is no failure */
  return RECS_OK;
}

int32_t recs__encoding_match(recs__encoding *out, int *found, const recs__encoder *encoder, const char *name,
                             uint32_t dimension, const recs_profiles *others) {
  memset(out, 0, sizeof *out);
  *found = 0;
  if (encoder->type == RECS_FIELD_TEXT) /* users write no item texts */
    return RECS_OK;
  for (uint32_t field = 0; field < recs_profiles_field_count(others); field++) {
    const char *other;
    int32_t type;
    uint32_t size;
    RECS_TRY(recs_profiles_field(&other, &type, &size, others, field));
    if (strcmp(other, name) != 0 || type != encoder->type || size != dimension)
      continue;
    out->profiles = others;
    out->field = field;
    *found = 1;
    return type == RECS_FIELD_TAGS ? match_tags(out, encoder) : RECS_OK;
  }
  return RECS_OK;
}

int32_t recs__encode(recs__features_list *list, const recs__encoder *encoder, const recs__encoding *encoding,
                     uint32_t row, uint32_t first) {
  return types[encoder->type].encode(list, encoder, encoding, row, first);
}
