/* What commands that fit share: the log with its profiles, and the options of a model. */
#ifndef RECS_TOOLS_FITTING_H
#define RECS_TOOLS_FITTING_H

#include "catalogue.h"
#include "cleaning.h"

typedef struct fitting_flags {
  general settings;
  event_columns columns;
  catalogue_flags items;
  const char *users;
  const char *scorer;
  const char *fallback;
  text_list sets;
  cleaning_flags rules;
  int clean;
} fitting_flags;

#define FITTING_FLAGS(f)                                                                                                     \
  {"scorer", FLAG_TEXT, &(f).scorer, "NAME", "content, popularity, user-knn, item-knn, order-knn, markov, session-knn, rules, ease, als, "                \
   "hybrid (default), hybrid-equal"},                                                                                 \
  {"fallback", FLAG_TEXT, &(f).fallback, "NAME", "the scorer that fills lists which the other leaves short; default popularity; or none"}, \
  {"set", FLAG_LIST, &(f).sets, "KEY=VALUE", "an option of the scorer (k=100, item-knn.k=100) or of the matrix (matrix.half_life=...)"}, \
  {"clean", FLAG_SWITCH, &(f).clean, NULL, "clean the log first, as recs clean does"},                                       \
  CLEANING_FLAGS((f).rules),                                                                                                 \
  {"users", FLAG_TEXT, &(f).users, "FILE", "user profiles; id column user"},                                                 \
  CATALOGUE_FLAGS((f).items),                                                                                                \
  EVENT_FLAGS((f).columns),                                                                                                  \
  GENERAL_FLAGS((f).settings)

void fitting_flags_init(fitting_flags *given);
void fitting_flags_free(fitting_flags *given);

/* What a model is fitted to, read and, where asked for, cleaned. */
typedef struct fitting_data {
  log_file log;
  recs_events *cleaned; /* NULL: it was not asked for */
  recs_profiles *items; /* NULL: none */
  recs_profiles *users;
} fitting_data;

/* The seconds that reading took go to the sheet, what cleaning removed to the report (NULL: nowhere). Returns an exit code. */
int open_fitting(fitting_data *out, const char *path, fitting_flags *given, out_sheet *sheet, out_sheet *report);
void close_fitting(fitting_data *data);
const recs_events *fitting_events(const fitting_data *data);

/* Options of a model as the flags say; `matrix` is filled too, and `*text` holds the scorer's settings and is freed by the
 * caller. Returns an exit code. */
int model_options(recs_model_options *out, recs_matrix_options *matrix, char **text, const fitting_data *data,
                  const fitting_flags *given);

#endif
