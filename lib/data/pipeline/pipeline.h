/* Pipelines inside the library: steps, what they learn, and how they work on a stretch of rows.
 *
 * Each column that ever exists has a slot: first the columns that come in, then those that steps add. Steps work in place on
 * arrays, one a slot. At the fit the arrays hold all rows, afterwards a few at a time; the same functions run on both, so that
 * both give the same bits. */
#ifndef RECS_LIB_DATA_PIPELINE_PIPELINE_H
#define RECS_LIB_DATA_PIPELINE_PIPELINE_H

#include "lib/base/object.h"
#include "lib/base/stream.h"
#include "lib/data/ids.h"
#include <recs/data.h>

enum {
  RECS__STEP_ARGUMENTS = 2, /* at most */
  RECS__STEP_BLOCK = 256,   /* rows that are worked on at once */
  RECS__STEPS = 1024        /* at most in a pipeline */
};

typedef struct recs__step recs__step;
typedef struct recs__fitting recs__fitting;

/* Some rows. */
typedef struct recs__stretch {
  const recs_pipeline *pipeline; /* for names in messages, and memory */
  double *const *slots;          /* the first value of each slot; NULL for one that is not there (any more) */
  size_t count;
  size_t first;          /* the number of the first row in the caller's table */
  const size_t *numbers; /* NULL, or the number of each row there */
} recs__stretch;

/* What a step does to the columns of its own. */
typedef enum recs__step_fate {
  RECS__COLUMNS_STAY,
  RECS__COLUMNS_GO,   /* they are left out of what comes out */
  RECS__OTHERS_GO     /* all others are */
} recs__step_fate;

typedef enum recs__step_adds {
  RECS__ADDS_NONE,
  RECS__ADDS_ONE,       /* a column for each of its own */
  RECS__ADDS_PER_NUMBER /* a column for each number learned */
} recs__step_adds;

typedef struct recs__argument {
  const char *name; /* NULL: no such argument */
  double value;     /* the default; NaN: it must be given */
  double minimum;
  double maximum;
  int whole;        /* a whole number */
} recs__argument;

/* One line of the table of steps. `column` or `rows` works; `learn_column` or `learn` learns, or nothing does. */
typedef struct recs__step_kind {
  const char *verb;
  const char *method; /* "" for none */
  const char *form;   /* as help has it */
  const char *summary;
  const char *what;   /* the word of its findings */
  const char *suffix; /* of the columns that it adds, one each */
  recs__argument arguments[RECS__STEP_ARGUMENTS];
  uint32_t width;     /* numbers that it learns a column; 0: any number */
  int blind;          /* it can learn from a column without values */
  int holes;          /* its numbers may be NaN */
  int lists;          /* it must name its columns */
  int keeps;          /* missing values of its columns may come out */
  int excludes;       /* rows with a finding are left out of the fit */
  recs__step_fate fate;
  recs__step_adds adds;
  /* Learns `width` numbers from the values of a column that are there, which it may reorder (recs__column_sort has its room). */
  void (*learn_column)(double *numbers, const recs__step *step, double *values, size_t count);
  /* How many, where that is up to the step. */
  size_t (*width_of)(const recs__step *step, size_t rows);
  /* Learns from the whole table: makes step->offsets and step->numbers by recs__step_numbers. */
  int32_t (*learn)(recs__step *step, const recs__fitting *fit);
  /* Works on a column, `targets` being the one that it adds; returns how many findings. */
  uint64_t (*column)(const recs__step *step, uint32_t index, double *values, double *target, size_t count);
  /* Works on all columns; adds up the findings of each in `counts`. */
  int32_t (*rows)(const recs__step *step, const recs__stretch *rows, uint64_t *counts);
  /* The word and the numbers of a finding, which are already the first two learned; NULL: `what` and these. */
  const char *(*shown)(double *low, double *high, const recs__step *step, uint32_t index);
  /* What a damaged file may have broken, beyond offsets and NaN; NULL: nothing. */
  int (*sound)(const recs__step *step);
} recs__step_kind;

struct recs__step {
  const recs__step_kind *kind;
  recs__piece columns_text; /* between the brackets; NULL: all */
  double arguments[RECS__STEP_ARGUMENTS];
  uint32_t count;    /* columns that it works on */
  uint32_t added;    /* the first slot that it added */
  uint32_t *slots;   /* of the columns, ascending */
  int64_t *offsets;  /* count + 1: the numbers of each column */
  double *numbers;
  uint64_t *found;   /* in each column at the fit */
};

struct recs_pipeline {
  recs__object object;
  recs__object *backing; /* not NULL: the arrays belong to it */
  recs_ids *names;       /* of the slots, frozen; while fitting it grows */
  char *text;
  recs__step *steps;
  uint32_t *outputs;     /* the slots that come out, ascending */
  uint8_t *loose;        /* by slot: may come out missing */
  uint32_t inputs;
  uint32_t slots;
  uint32_t output_count;
  uint32_t step_count;
};

/* The lists of kinds, each ending with a NULL verb (pipeline_text.c has the list of lists). */
extern const recs__step_kind recs__impute_kinds[], recs__knn_kinds[], recs__outlier_kinds[], recs__scale_kinds[],
    recs__rank_kinds[], recs__column_kinds[], recs__onehot_kinds[];

/* The text of a pipeline: makes pipeline->steps, without columns and numbers. */
int32_t recs__pipeline_parse(recs_pipeline *pipeline, const char *text);

/* The slots that a step's text names, into step->slots. */
int32_t recs__step_choose(recs__step *step, const recs__fitting *fit);

/* Room for `width` numbers a column. */
int32_t recs__step_numbers(recs__step *step, const recs_context *context, size_t width);

/* A slot's name for messages, quoted, in `room`. */
enum { RECS__SLOT_NAME = 80 };
const char *recs__slot_name(char room[RECS__SLOT_NAME], const recs_pipeline *pipeline, uint32_t slot);

/* The number of row i of a stretch in the caller's table. */
static inline size_t recs__row_number(const recs__stretch *rows, size_t i) {
  return rows->numbers == NULL ? rows->first + i : rows->numbers[i];
}

/* How many slots a step adds. */
static inline uint32_t recs__step_adds_count(const recs__step *step) {
  if (step->kind->adds == RECS__ADDS_PER_NUMBER)
    return (uint32_t)step->offsets[step->count];
  return step->kind->adds == RECS__ADDS_ONE ? step->count : 0;
}

/* A pipeline without anything. NULL when out of memory. */
recs_pipeline *recs__pipeline_new(recs_context *context);

/* Which slots are there after all steps: a byte a slot. */
void recs__pipeline_alive(uint8_t *alive, const recs_pipeline *pipeline);

/* What follows from steps and slots: `outputs` and `loose`. */
int32_t recs__pipeline_finish(recs_pipeline *pipeline);

int32_t recs__pipeline_write(const recs_pipeline *pipeline, recs__writer *writer);
int32_t recs__pipeline_read(recs_pipeline **out, recs__reader *reader);

#endif
