/* Texts as weighted words: counts first, as a matrix of repeats, which is then weighed in place. */
#include "lib/data/features/features.h"
#include "lib/data/id_table.h"
#include "lib/data/matrix.h"
#include "lib/data/profiles.h"

#include <math.h>

enum { SHORTEST_WORD = 2 }; /* in bytes; longer ones than an id may be are left out */

/* The words of all texts. */
typedef struct reading {
  recs_context *context;
  recs_ids *terms;
  uint32_t rows;
  uint32_t texts;   /* rows that have one */
  int64_t *offsets; /* rows + 1: where each row's words begin */
  uint32_t *words;  /* their terms, in order */
  size_t count;
  size_t room;
  char *lowered; /* the text at hand */
  size_t lowered_room;
} reading;

static char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* Of lower-cased text: letters, digits and bytes beyond ASCII. */
static int is_of_word(char byte) {
  unsigned char code = (unsigned char)byte;
  return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || code >= 0x80;
}

static int32_t add_word(reading *self, const char *word, size_t length) {
  uint32_t term;
  if (length < SHORTEST_WORD || length > RECS__LONGEST_ID)
    return RECS_OK;
  RECS_TRY(recs__grow(self->context, &self->words, &self->room, self->count + 1, sizeof *self->words));
  RECS_TRY(recs_ids_add(&term, self->terms, word, length));
  self->words[self->count++] = term;
  return RECS_OK;
}

static int32_t read_text(reading *self, const char *text, size_t length) {
  size_t begin = 0;
  RECS_TRY(recs__grow(self->context, &self->lowered, &self->lowered_room, length, sizeof *self->lowered));
  for (size_t i = 0; i < length; i++)
    self->lowered[i] = lower(text[i]);
  while (begin < length) {
    size_t end = begin;
    while (end < length && is_of_word(self->lowered[end]))
      end += 1;
    RECS_TRY(add_word(self, self->lowered + begin, end - begin));
    begin = end + 1;
  }
  return RECS_OK;
}

static int32_t read_texts(reading *self, const recs_profiles *profiles, uint32_t field) {
  const char *text;
  size_t length;
  RECS_TRY(recs_ids_create(&self->terms, self->context));
  self->offsets = recs__alloc(self->context, (size_t)self->rows + 1, sizeof *self->offsets);
  if (self->offsets == NULL)
    return recs__fail_nomem();
  self->offsets[0] = 0;
  for (uint32_t row = 0; row < self->rows; row++) {
    RECS_TRY(recs_profiles_text(&text, &length, profiles, row, field));
    if (length > 0) {
      self->texts += 1;
      RECS_TRY(read_text(self, text, length));
    }
    self->offsets[row + 1] = (int64_t)self->count;
  }
  return RECS_OK;
}

static void reading_free(reading *self) {
  recs_ids_free(self->terms);
  recs__free(self->context, self->offsets);
  recs__free(self->context, self->words);
  recs__free(self->context, self->lowered);
}

/* What is known of a term. */
typedef struct term {
  uint32_t documents;
  uint32_t column; /* in the result, or RECS_NO_ROW */
  double idf;
} term;

/* How much a term tells that `df` of `n` texts have. */
static double idf_of(const recs__word_form *form, double n, double df) {
  return form->bm25 ? log1p((n - df + 0.5) / (df + 0.5)) : log((1 + n) / (1 + df)) + 1;
}

/* Gives the terms that are frequent enough their columns, in the order of their first appearance. */
static int32_t choose_terms(term *terms, recs_ids *kept, const recs_matrix *counts, const reading *read,
                            const recs__word_form *form) {
  uint64_t entries = recs_matrix_entries(counts);
  const char *name;
  size_t length;
  for (uint64_t e = 0; e < entries; e++)
    terms[counts->indices[e]].documents += 1;
  for (uint32_t i = 0; i < counts->columns; i++) {
    terms[i].column = RECS_NO_ROW;
    terms[i].idf = idf_of(form, read->texts, terms[i].documents);
    if (terms[i].documents < form->min_documents)
      continue;
    RECS_TRY(recs_ids_name(&name, &length, read->terms, i));
    RECS_TRY(recs_ids_add(&terms[i].column, kept, name, length));
  }
  return RECS_OK;
}

/* What a row's weights depend on beside the terms. */
typedef struct weighing {
  const recs__word_form *form;
  const term *terms;
  double mean_size; /* words a text */
} weighing;

/* A word that a text of `size` words has `count` times. */
static double weight_of(const weighing *self, const term *its, double count, double size) {
  const recs__word_form *form = self->form;
  if (!form->bm25)
    return count * its->idf;
  return count * (form->k1 + 1) / (count + form->k1 * (1 - form->b + form->b * size / self->mean_size)) * its->idf;
}

/* Turns the counts [begin, end) of a row into weights of length 1 from `to` on, without the terms that were left out;
 * returns where they end. Columns keep their order. */
static int64_t weigh_row(recs_matrix *matrix, const weighing *self, int64_t to, int64_t begin, int64_t end) {
  double squares = 0, size = 0, length;
  for (int64_t e = begin; e < end; e++)
    size += (double)matrix->values[e];
  for (int64_t e = begin; e < end; e++) {
    const term *its = &self->terms[matrix->indices[e]];
    double weight = weight_of(self, its, (double)matrix->values[e], size);
    squares += its->column == RECS_NO_ROW ? 0 : weight * weight;
  }
  length = sqrt(squares);
  for (int64_t e = begin; e < end; e++) {
    const term *its = &self->terms[matrix->indices[e]];
    if (its->column == RECS_NO_ROW)
      continue;
    matrix->values[to] = (float)(weight_of(self, its, (double)matrix->values[e], size) / length);
    matrix->indices[to++] = its->column;
  }
  return to;
}

static void weigh(recs_matrix *matrix, const weighing *self, uint32_t columns) {
  int64_t begin = 0, to = 0;
  for (uint32_t row = 0; row < matrix->rows; row++) {
    int64_t end = matrix->offsets[row + 1];
    to = weigh_row(matrix, self, to, begin, end);
    matrix->offsets[row + 1] = to;
    begin = end;
  }
  matrix->columns = columns;
}

static int32_t make(recs_matrix **out, recs_ids **kept, const reading *read, const recs__word_form *form) {
  recs_matrix *matrix = NULL;
  term *terms = NULL;
  int32_t status;
  RECS_GO(recs_matrix_create(&matrix, read->context, read->rows, recs_ids_count(read->terms), read->offsets,
                             read->words, NULL));
  terms = recs__alloc_zero(read->context, matrix->columns, sizeof *terms);
  RECS_GO(terms == NULL ? recs__fail_nomem() : RECS_OK);
  RECS_GO(recs_ids_create(kept, read->context));
  RECS_GO(choose_terms(terms, *kept, matrix, read, form));
  weigh(matrix, &(weighing){form, terms, (double)read->count / (read->texts > 0 ? read->texts : 1)}, recs_ids_count(*kept));
  *out = matrix;
  matrix = NULL;
cleanup:
  recs__release(matrix);
  recs__free(read->context, terms);
  return status;
}

int32_t recs__features_words(recs_matrix **out, recs_ids **out_terms, const recs_profiles *profiles, uint32_t field,
                             const recs__word_form *form) {
  reading read = {.context = recs__context_of(profiles), .rows = recs_ids_count(recs_profiles_ids(profiles))};
  int32_t status;
  *out_terms = NULL;
  RECS_TRY(recs__profiles_check_field(profiles, field, RECS_FIELD_TEXT));
  RECS_GO(read_texts(&read, profiles, field));
  RECS_GO(make(out, out_terms, &read, form));
cleanup:
  reading_free(&read);
  if (status != RECS_OK) {
    recs_ids_free(*out_terms);
    *out_terms = NULL;
  }
  return status;
}

int32_t recs_features_tfidf(recs_matrix **out, recs_ids **out_terms, const recs_profiles *profiles, uint32_t field,
                            uint32_t min_documents) {
  recs__word_form form = {.min_documents = min_documents};
  recs_ids *terms;
  recs__enter();
  RECS_NOT_NULL(out);
  *out = NULL;
  if (out_terms != NULL)
    *out_terms = NULL;
  RECS_NOT_NULL(profiles);
  RECS_TRY(recs__features_words(out, &terms, profiles, field, &form));
  if (out_terms != NULL)
    *out_terms = terms;
  else
    recs_ids_free(terms);
  return RECS_OK;
}
