/* Model files of released formats must load for ever and give the answers that were written down with them.
 *
 * usage: golden check DIRECTORY    loads model-v1.recs and compares with model-v1.txt
 *        golden make DIRECTORY     writes both anew: only while the format is not released, or for a new version of it
 */
#include <math.h>
#include <recs/recs.h>
#include <stdio.h>
#include <string.h>

#include "support/answers.h"
#include "support/shop.h"

enum { USERS = 12, ITEMS = 9, LINE = 512 };

/* Scores are the same to rounding on any machine. */
static const double tolerance = 1e-6;

typedef struct answers {
  FILE *file;
  int wrong;
} answers;

static void write_answer(void *payload, const char *of, uint32_t row, const uint32_t *items, const double *scores,
                         size_t count, const char *text) {
  answers *self = payload;
  fprintf(self->file, "%s %u: %s\n", of, row, text);
  for (size_t i = 0; i < count; i++)
    fprintf(self->file, "%u %.9f\n", items[i], scores[i]);
}

static int differs(answers *self, const char *what, uint32_t row) {
  fprintf(stderr, "%s %u: not the answer that was written down\n", what, row);
  self->wrong += 1;
  return 1;
}

static void check_answer(void *payload, const char *of, uint32_t row, const uint32_t *items, const double *scores,
                         size_t count, const char *text) {
  answers *self = payload;
  char line[LINE], expected[LINE];
  snprintf(expected, sizeof expected, "%s %u: %s\n", of, row, text);
  if ((fgets(line, sizeof line, self->file) == NULL || strcmp(line, expected) != 0) && differs(self, of, row))
    return;
  for (size_t i = 0; i < count; i++) {
    unsigned item;
    double score;
    if ((fgets(line, sizeof line, self->file) == NULL || sscanf(line, "%u %lf", &item, &score) != 2 ||
         item != items[i] || !(fabs(score - scores[i]) <= tolerance)) &&
        differs(self, of, row))
      return;
  }
}

static int failed(const char *what) {
  fprintf(stderr, "%s: %s\n", what, recs_last_error());
  return 1;
}

static int check(recs_context *context, const char *model_path, const char *text_path) {
  answers self = {.file = fopen(text_path, "r")};
  recs_model *model;
  int code = 1;
  if (self.file == NULL)
    return failed(text_path);
  if (recs_model_load(&model, context, model_path) != RECS_OK)
    code = failed(model_path);
  else if (recs_test_answers(model, UINT32_MAX, check_answer, &self) == 0 && self.wrong == 0 && fgetc(self.file) == EOF)
    code = 0;
  recs_model_free(model);
  fclose(self.file);
  return code;
}

static int make(recs_context *context, const char *model_path, const char *text_path) {
  answers self = {.file = fopen(text_path, "w")};
  recs_test_shop shop;
  recs_model *model = NULL;
  int code = 1;
  if (self.file == NULL)
    return failed(text_path);
  if (recs_test_shop_open(&shop, context, USERS, ITEMS) != RECS_OK ||
      recs_test_shop_fit(&model, &shop, NULL, NULL, NULL) != RECS_OK || recs_model_save(model, model_path) != RECS_OK)
    failed(model_path);
  else if (recs_test_answers(model, UINT32_MAX, write_answer, &self) == 0)
    code = 0;
  recs_model_free(model);
  recs_test_shop_close(&shop);
  return fclose(self.file) != 0 || code;
}

int main(int argc, char **argv) {
  char model_path[LINE], text_path[LINE];
  recs_context *context;
  int code;
  if (argc != 3 || (strcmp(argv[1], "check") != 0 && strcmp(argv[1], "make") != 0)) {
    fprintf(stderr, "usage: golden check|make DIRECTORY\n");
    return 2;
  }
  if (recs_context_create(&context, NULL) != RECS_OK)
    return failed("context");
  snprintf(model_path, sizeof model_path, "%s/model-v1.recs", argv[2]);
  snprintf(text_path, sizeof text_path, "%s/model-v1.txt", argv[2]);
  code = (strcmp(argv[1], "make") == 0 ? make : check)(context, model_path, text_path);
  recs_context_free(context);
  return code;
}
